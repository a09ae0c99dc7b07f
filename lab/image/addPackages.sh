#!/bin/sh
# Installs Debian packages into the root directory of a layer that is being built, from where this machine's apt has them.
# Usage: addPackages.sh <root directory> <package>… ; in a mount namespace of its own: its mounts go with it.
set -eu
root=$1
shift
mkdir -p "$root/proc" "$root/dev"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
printf 'path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\nforce-unsafe-io\n' >"$root/etc/dpkg/dpkg.cfg.d/lab"
cp /etc/resolv.conf "$root/etc/resolv.conf"
eval "$(apt-config shell proxy Acquire::http::Proxy)"
in_root() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
    ${proxy:+http_proxy="$proxy"} "$@"
}
in_root apt-get -q update
in_root apt-get -q -y --no-install-recommends install "$@"
in_root apt-get -q clean
rm -rf "$root"/var/lib/apt/lists/* "$root/usr/sbin/policy-rc.d" "$root/etc/dpkg/dpkg.cfg.d/lab" "$root/etc/resolv.conf"
umount "$root/proc" "$root/dev"
