#!/bin/sh
# Puts the lab's stand-in for KWDB below <rootdir>, as the vendor's packages leave a host before `deploy.sh install`. Copies only; no network.
#   /usr/local/kaiwudb/{bin,lib}          the programs
#   /opt/kaiwudb-package/{deploy.sh,deploy.cfg}
#   /etc/kaiwudb/{certs,script,info}, /var/lib/kaiwudb, the user kaiwudb
# <rootdir> is / on a node, or the root directory of one that is being built. Running it again replaces the programs and nothing else.
set -eu
if [ $# -ne 1 ]; then
  echo "usage: $0 <rootdir>" >&2
  exit 2
fi
root=${1%/}
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$root/usr/local/kaiwudb"
mkdir -p "$root/usr/local/kaiwudb/lib" "$root/opt/kaiwudb-package" "$root/var/lib/kaiwudb"
for directory in certs script info; do mkdir -p "$root/etc/kaiwudb/$directory"; done
cp -R "$here/server/bin" "$root/usr/local/kaiwudb/bin"
cp -R "$here/server/lib/kwlab" "$root/usr/local/kaiwudb/lib/kwlab"
find "$root/usr/local/kaiwudb" -name __pycache__ -prune -exec rm -rf {} +
cp "$here/package/deploy.sh" "$root/opt/kaiwudb-package/deploy.sh"
[ -e "$root/opt/kaiwudb-package/deploy.cfg" ] || cp "$here/package/deploy.cfg" "$root/opt/kaiwudb-package/deploy.cfg"
find "$root/usr/local/kaiwudb" "$root/opt/kaiwudb-package" -type d -exec chmod 0755 {} +
find "$root/usr/local/kaiwudb" "$root/opt/kaiwudb-package" -type f -exec chmod 0644 {} +
chmod 0755 "$root/usr/local/kaiwudb/bin/kwbase" "$root/opt/kaiwudb-package/deploy.sh"
# A root directory without accounts (a test's) keeps its files as they are.
if [ -f "$root/etc/passwd" ]; then
  grep -q '^kaiwudb:' "$root/etc/passwd" || useradd --root "${root:-/}" --system --user-group --home-dir /var/lib/kaiwudb --shell /bin/bash kaiwudb
  owner=$(awk -F: '$1 == "kaiwudb" { print $3 ":" $4 }' "$root/etc/passwd")
  chown "$owner" "$root/var/lib/kaiwudb" "$root/etc/kaiwudb/certs"
fi
chmod 0700 "$root/var/lib/kaiwudb"
