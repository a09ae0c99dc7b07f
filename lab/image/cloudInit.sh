#!/bin/sh
# Builds the layer that makes of the base image what a cloud has: cloud-init of Debian, and nothing that a lab node is given beforehand (user, key,
# settings of sshd). Usage: cloudInit.sh <base> <target>. In namespaces of its own: whatever ends it, no mount stays behind.
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
in_root apt-get -q -y --no-install-recommends install cloud-init e2fsprogs
in_root apt-get -q clean
rm -rf "$root"/var/lib/apt/lists/* "$root/usr/sbin/policy-rc.d" "$root/etc/dpkg/dpkg.cfg.d/lab" "$root/etc/resolv.conf"
# Only what lies in the seed directory: no address is asked, and the network is the lab's own.
printf 'datasource_list: [NoCloud]\nnetwork: {config: disabled}\npreserve_hostname: false\n' >"$root/etc/cloud/cloud.cfg.d/90-lab.cfg"
# The image of a cloud brings no login of ours.
chroot "$root" userdel --remove ops 2>/dev/null || true
rm -f "$root/etc/sudoers.d/ops" "$root/etc/ssh/sshd_config.d/lab.conf"
umount "$root/proc" "$root/dev" "$root"
rm -rf "$target.work" "$target.root"
