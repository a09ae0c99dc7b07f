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
  # npm ci would empty the directory behind the link, which is another checkout's.
  [ ! -L node_modules ] || { say "node_modules is a symbolic link to $(readlink node_modules), and what is there does not fit this package-lock.json
HINT: remove the link (rm node_modules) and run the same again: the dependencies are then installed here, and nothing is changed there."; exit 2; }
  say "installing npm dependencies …"
  npm ci --no-fund --no-audit --ignore-scripts >&2
  # The one package whose install script is needed: it lays the Node 22 binary.
  npm rebuild node >&2
  # A clone may carry a lock file newer than what npm just wrote.
  touch node_modules/.package-lock.json
}

ensure_tool() {
  command -v "$1" >/dev/null 2>&1 && return 0
  if [ "$1" = pulumi ]; then
    say "there is no pulumi on PATH: the Pulumi CLI is a program of its own, and no npm dependency of this project
HINT: install it (https://www.pulumi.com/docs/install; in a closed network from its archive, see \"Closed networks\" in README.md), or train without it: npm run lab."
  else
    say "there is no $1 on PATH"
  fi
  exit 127
}

ensure_build() {
  if [ -f dist/.built ] && [ -z "$(find . \( -path ./node_modules -o -path ./dist -o -path ./.git \) -prune -o \( -name '*.ts' -o -name 'tsconfig*.json' -o -name package-lock.json \) -newer dist/.built -print | head -n 1)" ]; then
    return 0
  fi
  say "compiling …"
  npm run -s build >&2
}

# What Node compiled once it need not compile again (components/compileCache.ts): half the time of a preview. Not in tests: coverage suffers.
keep_compiled() { NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$PWD/node_modules/.cache/pulumi-kingbase/compile}; export NODE_COMPILE_CACHE; }

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
  node) ensure_build; keep_compiled; exec node "$@" ;;
  lab)
    ensure_build
    if [ "${1:-}" = up ]; then sh scripts/ensureHost.sh >&2; fi
    keep_compiled
    exec node dist/lab/cli.js "$@"
    ;;
  test) ensure_build; exec node scripts/runTests.mjs "$@" ;;
  tool) ensure_tool "$1"; ensure_build; keep_compiled; exec "$@" ;;
  *) say "scripts/run.sh: unknown task '$what'"; exit 2 ;;
esac
