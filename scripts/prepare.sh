#!/bin/sh
# npm's prepare step (`npm ci`, `npm pack`, an install from git): compiles, so that `npm ci` alone is enough for `pulumi up`.
set -eu
cd "$(dirname "$0")/.."
node node_modules/typescript/bin/tsc -p tsconfig.json
touch dist/.built
