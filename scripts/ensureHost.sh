#!/bin/sh
# Brings a Debian machine to where the lab can boot nodes on it: installs the packages it lacks, and says in plain words
# what else is in the way. Says nothing when nothing is missing. Everything it says goes to standard error.
set -eu
say() { printf '%s\n' "$*" >&2; }
stop() {
  say "$1"
  say "HINT: $2"
  exit 2
}

[ "$(id -u)" = 0 ] || stop 'the lab boots machines, which needs root' 'run it as root: sudo npm run lab'
PATH="$PATH:/usr/sbin:/sbin"

# command:package that brings it
needs='debootstrap:debootstrap systemd-nspawn:systemd-container nft:nftables ip:iproute2 tc:iproute2 bridge:iproute2
unshare:util-linux nsenter:util-linux flock:util-linux fsfreeze:util-linux losetup:mount mount:mount mkfs.ext4:e2fsprogs
ssh:openssh-client ssh-keygen:openssh-client ssh-keyscan:openssh-client zip:zip unzip:unzip python3:python3 ps:procps
pgrep:procps ping:iputils-ping'

missing_packages() {
  for pair in $needs; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || printf '%s\n' "${pair#*:}"
  done
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || printf 'debian-archive-keyring\n'
}

packages=$(missing_packages | sort -u | tr '\n' ' ')
if [ -n "${packages% }" ]; then
  id=unknown
  # shellcheck disable=SC1091
  [ ! -r /etc/os-release ] || id=$(. /etc/os-release && printf '%s %s' "${ID:-}" "${ID_LIKE:-}")
  case " $id " in
    *" debian "* | *" ubuntu "*) ;;
    *) stop "this machine lacks: $packages(it is no Debian: $id)" 'run the lab on Debian 12, or install what brings these programs yourself' ;;
  esac
  say "installing Debian packages: $packages…"
  log=$(mktemp)
  # shellcheck disable=SC2086
  install() { DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $packages >>"$log" 2>&1; }
  if ! install; then
    # A fresh machine has no package lists, an old one has stale ones.
    apt-get -q update >>"$log" 2>&1 || true
    install || { tail -n 5 "$log" >&2; stop "apt-get could not install: $packages" "see $log; a closed network needs a Debian mirror in /etc/apt/sources.list.d"; }
  fi
  rm -f "$log"
  packages=$(missing_packages | sort -u | tr '\n' ' ')
  [ -z "${packages% }" ] || stop "still missing after the installation: $packages" 'see apt-cache policy for these packages'
fi

# What the kernel must have; a module that is built in needs no loading.
for pair in overlay:filesystem ext4:filesystem; do
  name=${pair%%:*}
  grep -qw "$name" /proc/filesystems && continue
  modprobe -q "$name" 2>/dev/null || true
  grep -qw "$name" /proc/filesystems || stop "the kernel of this machine has no $name" 'use a kernel with it; some container services have none, a virtual machine has'
done
[ -e /dev/loop-control ] || modprobe -q loop 2>/dev/null || true
[ -e /dev/loop-control ] || stop 'there is no /dev/loop-control' 'the lab needs loop devices: load the module loop, or run in a virtual machine'
probe="kbprobe$$"
if ! ip link add "$probe" type bridge 2>/dev/null; then
  modprobe -q bridge 2>/dev/null || true
  ip link add "$probe" type bridge 2>/dev/null || stop 'no network bridge can be made here' 'the lab needs CAP_NET_ADMIN and the module bridge; run it in a virtual machine'
fi
ip link delete "$probe"
if ! nft -c 'table inet kbprobe { }' 2>/dev/null; then
  stop 'nftables does not work here' 'load the module nf_tables, or run in a virtual machine'
fi
