#!/bin/sh
# Builds the layer with Debian's pgpool-II 4.3 over the base image. Usage: image.sh <base> <target>. In namespaces of its own: whatever ends it, no
# mount stays behind. Apart from lab/image/packages.txt, so that nodes of the other systems do not carry it.
set -eu
if [ "${KINGBASE_LAB_BUILD_NS:-}" != 1 ]; then
  KINGBASE_LAB_BUILD_NS=1 exec unshare --mount --pid --fork --kill-child --mount-proc sh "$0" "$@"
fi
base=$1 target=$2
mkdir -p "$target" "$target.work" "$target.root"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$target,workdir=$target.work" "$target.root"
root=$target.root
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/resolv.conf"
eval "$(apt-config shell proxy Acquire::http::Proxy)"
in_root() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
    ${proxy:+http_proxy="$proxy"} "$@"
}
printf 'path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\nforce-unsafe-io\n' >"$root/etc/dpkg/dpkg.cfg.d/lab"
in_root apt-get -q update
in_root apt-get -q -y --no-install-recommends install pgpool2
in_root apt-get -q clean
# It is no unit of the host: cron -> restartcluster.sh starts it.
in_root systemctl --quiet mask pgpool2.service
rm -rf "$root"/var/lib/apt/lists/* "$root/usr/sbin/policy-rc.d" "$root/etc/dpkg/dpkg.cfg.d/lab" "$root/etc/resolv.conf"
umount "$root/proc" "$root/dev" "$root"
rm -rf "$target.work" "$target.root"
