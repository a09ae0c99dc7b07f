#!/bin/sh
# Puts the KingbaseES-compatible toolchain below <rootdir>/opt/kingbase-lab. Copies only; no network.
#   server/{bin,lib,share}  what the vendor's prefix holds: copy it to <prefix>/{bin,lib,share}
#   libexec/kingbase        the server's executable under Kingbase's name, its process titles renamed (only where <rootdir> has PostgreSQL)
#   license.dat             a licence for the lab, as delivered beside the vendor's db.zip
set -eu
if [ $# -ne 1 ]; then
  echo "usage: $0 <rootdir>" >&2
  exit 2
fi
root=$1
here=$(cd "$(dirname "$0")" && pwd)
target=$root/opt/kingbase-lab
rm -rf "$target"
mkdir -p "$target/libexec" "$root/usr/lib/tmpfiles.d"
cp -R "$here/server" "$target/server"
find "$target/server" -name __pycache__ -prune -exec rm -rf {} +
cp "$here/keys.json" "$target/server/lib/kingbase-lab/keys.json"
cp "$here/license.dat" "$target/license.dat"
cp "$here/license.dat" "$target/server/bin/license.dat"
if [ -x "$root/usr/bin/arping" ]; then
  rm -f "$target/server/bin/arping"
  cp "$root/usr/bin/arping" "$target/server/bin/arping"
fi
find "$target" -type d -exec chmod 0755 {} +
find "$target" -type f -exec chmod go-w {} +
chmod 0755 "$target"/server/bin/* "$target"/server/lib/kingbase-lab/shims/*
for program in companion monitor probe_directory validate_failover; do chmod 0755 "$target/server/lib/kingbase-lab/$program"; done
chmod 0644 "$target/server/bin/license.dat"
for postgres in "$root"/usr/lib/postgresql/*/bin/postgres; do
  [ -x "$postgres" ] || continue
  # Same lengths, so nothing else in the file moves. BIN: a server that is called <prefix>/bin/kingbase would otherwise look for its
  # libraries in <prefix>/lib.
  LC_ALL=C sed -e 's/postgres: %s/kingbase: %s/g' -e 's,\(/usr/lib/postgresql/[0-9]*/\)bin,\1BIN,g' "$postgres" >"$target/libexec/kingbase"
  chmod 0755 "$target/libexec/kingbase"
done
echo 'd /run/kingbase-lab 1777 root root -' >"$root/usr/lib/tmpfiles.d/kingbase-lab.conf"
