#!/bin/sh
# Puts the KingbaseES-compatible toolchain below <rootdir>/opt/kingbase-lab. Copies only; no network.
#   server/{bin,lib,share}  what the vendor's prefix holds: copy it to <prefix>/{bin,lib,share}
#   libexec/kingbase        the server's executable under Kingbase's name, its process titles renamed (only where <rootdir> has PostgreSQL)
#   libexec/sys_rman        pgBackRest under the fork's name and version (only where <rootdir> has it)
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
if [ -x "$root/usr/bin/pgbackrest" ]; then
  # Under its own name, so that the kernel's out-of-memory killer and ps say sys_rman; the version of the fork, at the same length; and an
  # archive_command with sys_rman in it counts as one with pgbackrest, which the original insists on (the same length again, blanks at the end).
  LC_ALL=C sed \
    -e "s/(select setting from pg_catalog\.pg_settings where name = 'archive_command')::text/replace(current_setting('archive_command'), 'sys_rman', 'sys_rman pgbackrest')   /" \
    -e 's,\(pgBackRest[ /]\)2\.[0-9][0-9],\12.27,g' \
    -e 's/^\(version: \)2\.[0-9][0-9]$/\12.27/' \
    "$root/usr/bin/pgbackrest" >"$target/libexec/sys_rman"
  chmod 0755 "$target/libexec/sys_rman"
fi
echo 'd /run/kingbase-lab 1777 root root -' >"$root/usr/lib/tmpfiles.d/kingbase-lab.conf"
