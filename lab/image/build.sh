#!/bin/sh
# Builds the root directory every lab node starts from: Debian 12 with a real init, sshd, cron and firewalld, and the
# public originals of Kingbase's parts. Usage: build.sh <target directory>. Its text is part of the cache key.
#
# It runs in mount and process namespaces of its own: whatever ends it, no mount and no process of it stays behind.
set -eu
if [ "${KINGBASE_LAB_BUILD_NS:-}" != 1 ]; then
  KINGBASE_LAB_BUILD_NS=1 exec unshare --mount --pid --fork --kill-child --mount-proc nice -n 10 sh "$0" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd)
root=$1
suite=bookworm
say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# The host's own apt sources, so that a closed network with its own mirror works. Only Debian's main of this suite:
# a third party's repository on the host is no part of a node.
sources() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    while read -r uri release component; do
      [ "$component" = main ] || continue
      case "$release" in "$suite" | "$suite-updates" | "$suite-security") say "deb $uri $release $component" ;; esac
    done | sort -u
}
mirror() {
  if [ -n "${KINGBASE_LAB_MIRROR:-}" ]; then say "$KINGBASE_LAB_MIRROR"; return; fi
  sources | awk -v suite="$suite" '$3 == suite { print $2; exit }'
}

base=$(mirror)
[ -n "$base" ] || fail "no apt source for Debian $suite main on this machine
HINT: add one to /etc/apt/sources.list.d, or set KINGBASE_LAB_MIRROR to the address of a mirror."
eval "$(apt-config shell proxy Acquire::http::Proxy)"
if [ -n "${proxy:-}" ]; then export http_proxy="$proxy"; fi

say "debootstrap $suite from the mirror of this machine's apt"
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$base"

if [ -n "${KINGBASE_LAB_MIRROR:-}" ]; then
  say "deb $base $suite main" >"$root/etc/apt/sources.list"
else
  sources >"$root/etc/apt/sources.list"
fi
# The keys that this machine's apt trusts: a mirror of the house may sign with its own.
mkdir -p "$root/etc/apt/trusted.gpg.d"
for key in /etc/apt/trusted.gpg.d/*.gpg /etc/apt/trusted.gpg.d/*.asc /etc/apt/keyrings/*; do
  if [ -f "$key" ]; then cp "$key" "$root/etc/apt/trusted.gpg.d/"; fi
done
# A mirror with a certificate of the house.
if [ -d /usr/local/share/ca-certificates ]; then
  cp -R /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  chroot "$root" update-ca-certificates >/dev/null 2>&1 || true
fi

# Nothing starts while packages are unpacked, documentation stays out, and Debian's own database cluster is never made.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mkdir -p "$root/etc/postgresql-common" "$root/etc/dpkg/dpkg.cfg.d"
say 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
cat >"$root/etc/dpkg/dpkg.cfg.d/lab" <<'CONF'
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/info/*
force-unsafe-io
CONF
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/resolv.conf"
in_root() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root \
    DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} "$@"
}
say 'installing the packages of a node'
in_root apt-get -q update
# shellcheck disable=SC2046
in_root apt-get -q -y --no-install-recommends install $(sed 's/#.*//' "$here/packages.txt")
in_root apt-get -q clean

say 'settling the image'
rm -rf "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*
rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/dpkg/dpkg.cfg.d/lab" "$root/etc/resolv.conf" "$root"/etc/ssh/ssh_host_*
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname"
: >"$root/etc/machine-id"
umount "$root/proc" "$root/dev"

unit() { chroot "$root" systemctl --quiet "$@"; }
unit set-default multi-user.target
unit enable systemd-networkd.service ssh.service cron.service firewalld.service
# The database is no unit of the host: cron -> kbha starts it. Debian's own units stay out of the way.
unit disable postgresql.service repmgrd.service
# Nothing here waits for hardware, consoles, other clocks or the outside.
unit mask postgresql.service repmgrd.service getty.target console-getty.service systemd-networkd-wait-online.service \
  e2scrub_reap.service systemd-firstboot.service systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-pcrphase.service \
  systemd-binfmt.service systemd-sysctl.service systemd-udevd.service systemd-udev-trigger.service ldconfig.service
# Nothing on a node changes by the clock of the day, or a test that compares a host before and after would fail at midnight: every timer of every
# package (rotation of logs, cleaning of /tmp, package lists ...), and the lines that Debian lays for a cron without systemd.
for timer in "$root"/lib/systemd/system/*.timer; do
  case $timer in *@.timer) continue ;; esac
  unit mask "$(basename "$timer")"
done
rm -f "$root"/etc/cron.d/e2scrub_all "$root"/etc/cron.hourly/* "$root"/etc/cron.daily/* "$root"/etc/cron.weekly/* "$root"/etc/cron.monthly/*

# The login of whoever runs Pulumi, and the owner of the database, as on a host prepared by its administrator.
chroot "$root" useradd --uid 1000 --create-home --shell /bin/bash ops
chroot "$root" groupadd --gid 1001 kingbase
chroot "$root" useradd --uid 1001 --gid 1001 --create-home --shell /bin/bash kingbase
cat >"$root/etc/sudoers.d/ops" <<'CONF'
Defaults:ops !requiretty
ops ALL=(ALL:ALL) NOPASSWD: ALL
CONF
chmod 440 "$root/etc/sudoers.d/ops"
cat >"$root/etc/ssh/sshd_config.d/lab.conf" <<'CONF'
PasswordAuthentication no
HostKey /etc/ssh/ssh_host_ed25519_key
UseDNS no
MaxStartups 100:30:200
CONF
mkdir -p "$root/etc/systemd/journald.conf.d"
cat >"$root/etc/systemd/journald.conf.d/lab.conf" <<'CONF'
[Journal]
Storage=persistent
SystemMaxUse=64M
RuntimeMaxUse=16M
CONF
mkdir -p "$root/kbdata" "$root/kbwal" "$root/kbrepo"
say "done: $(du -sm "$root" | cut -f1) MiB"
