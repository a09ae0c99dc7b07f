#!/bin/sh
# Lays a host as V8R3's installer leaves it: <cluster>/{db,kingbasecluster}/bin, log and run, owned by the database's user; etc stays empty, our program
# writes it. Copies only; no network. Usage: install.sh <toolchain layer> <target> <cluster directory>
set -eu
toolchain=$1 target=$2 cluster=$2$3
here=$(cd "$(dirname "$0")" && pwd)
umask 022
mkdir -p "$cluster/db" "$cluster/db/libexec" "$cluster/db/etc" "$cluster/kingbasecluster/etc" "$cluster/kingbasecluster/lib" \
  "$cluster/log/kingbasecluster" "$cluster/run/kingbasecluster" "$cluster/archive"
cp -a "$toolchain/opt/kingbase-lab/server/bin" "$toolchain/opt/kingbase-lab/server/lib" "$toolchain/opt/kingbase-lab/server/share" "$cluster/db/"
# What V8R6 has and V8R3 has not.
for program in kbha repmgr repmgrd sys_HAscmdd.sh sys_backup.sh sys_monitor.sh sys_rman sys_securecmd sys_securecmdd; do rm -f "$cluster/db/bin/$program"; done
# Ours goes before it: recovery.conf is no file of PostgreSQL 15.
mv "$cluster/db/bin/sys_ctl" "$cluster/db/bin/sys_rewind" "$cluster/db/libexec/"
cp "$here"/server/db/bin/* "$cluster/db/bin/"
cp -R "$here/server/db/lib/v8r3" "$cluster/db/lib/v8r3"
# PostgreSQL 15 does not start beside a recovery.conf and removes a recovery.done, which are V8R3's own: its server looks for other names, of the same length.
mkdir -p "$target/opt/kingbase-lab/libexec"
LC_ALL=C sed -e 's/recovery\.conf/recovery.c0nf/g' -e 's/recovery\.done/recovery.d0ne/g' "$toolchain/opt/kingbase-lab/libexec/kingbase" >"$target/opt/kingbase-lab/libexec/kingbase"
chmod 0755 "$target/opt/kingbase-lab/libexec/kingbase"
# Keys of kingbase.conf that only V8R3 has, behind those of the toolchain.
keys=$cluster/db/lib/kingbase-lab/keys.json
{ sed '$d' "$keys"; echo ','; sed 1d "$here/keys.json"; } >"$keys.new"
mv "$keys.new" "$keys"
cp "$here/parameters.json" "$cluster/db/lib/v8r3/parameters.json"
mkdir -p "$cluster/kingbasecluster/bin"
cp "$here"/server/kingbasecluster/bin/* "$cluster/kingbasecluster/bin/"
find "$cluster" -name __pycache__ -prune -exec rm -rf {} +
chmod 0755 "$cluster"/db/bin/* "$cluster"/db/libexec/* "$cluster"/kingbasecluster/bin/*
# uid and gid 1001 are kingbase's in the base image; only the directories below its home are its own.
chown -hR 1001:1001 "$target/home/kingbase"
chmod 700 "$target/home/kingbase"
