#!/bin/sh
# Entry of every npm script: brings a fresh clone to a state in which node can run it, then runs it.
# POSIX sh, because it runs before there is a Node 22. Everything it says goes to standard error.
set -eu
cd "$(dirname "$0")/.."
say() { printf '%s\n' "$*" >&2; }

ensure_dependencies() {
  if [ -x node_modules/.bin/node ] && [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; then
    return 0
  fi
  command -v npm >/dev/null 2>&1 || { say "npm is missing
HINT: install Node.js with npm first (Debian: apt-get install nodejs npm); any version that runs npm will do, Node 22 comes with the dependencies."; exit 2; }
  say "installing npm dependencies …"
  npm ci --no-fund --no-audit --ignore-scripts >&2
  # The one package whose install script is needed: it lays the Node 22 binary.
  npm rebuild node >&2
  # A clone may carry a lock file newer than what npm just wrote.
  touch node_modules/.package-lock.json
}

ensure_build() {
  if [ -f dist/.built ] && [ -z "$(find . \( -path ./node_modules -o -path ./dist -o -path ./.git \) -prune -o \( -name '*.ts' -o -name 'tsconfig*.json' -o -name package-lock.json \) -newer dist/.built -print | head -n 1)" ]; then
    return 0
  fi
  say "compiling …"
  npm run -s build >&2
}

PATH="$PWD/node_modules/.bin:$PATH"
export PATH
ensure_dependencies
what=$1
shift
case "$what" in
  build)
    started=$(mktemp)
    node node_modules/typescript/bin/tsc -p tsconfig.json
    mv "$started" dist/.built
    ;;
  node) ensure_build; exec node "$@" ;;
  lab)
    ensure_build
    if [ "${1:-}" = up ]; then sh scripts/ensureHost.sh >&2; fi
    exec node dist/lab/cli.js "$@"
    ;;
  test) ensure_build; exec node scripts/runTests.mjs "$@" ;;
  tool) ensure_build; exec "$@" ;;
  *) say "scripts/run.sh: unknown task '$what'"; exit 2 ;;
esac
