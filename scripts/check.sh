#!/bin/sh
# Everything a reviewer would otherwise have to look for: types, lint with import directions, format, dead code, stale generated files.
# Each part runs even when an earlier one failed, so that one run shows all there is.
set -u
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
failed=''
part() {
  name=$1
  shift
  printf '== %s\n' "$name"
  "$@" || failed="$failed $name"
}
part types node node_modules/typescript/bin/tsc -p tsconfig.test.json
part lint node node_modules/eslint/bin/eslint.js . --max-warnings 0
part format node node_modules/prettier/bin/prettier.cjs --check --log-level warn .
part generated sh -c 'node dist/scripts/writeReference.js --check'
[ -z "$failed" ] || { printf 'failed:%s\n' "$failed"; exit 1; }
printf 'all checks passed\n'
