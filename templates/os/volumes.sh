#!/bin/bash
# volumes.sh mount|boot|check|grow ID=GIB…: the volumes of this host, found by their ids, mounted by their labels.
# mount: a file system is made on a volume that is empty to its last look (no signature, nothing but zeros at its beginning) and on no other; one that
# is there is taken as it is, data included. What has another label is somebody else's, and refused. check: says what is not mounted, and what is another
# volume than the declared one under its label, as one made from a snapshot is. grow: waits until the volumes are as large as that, and the file systems too.
# boot: the same at every later start of the host, for a volume that comes later than the system waits for it too; no file system is ever made then.
# The notes of pulumi-kingbase lie on the first volume: a host made anew under the same volumes knows whose data they hold.
set -euo pipefail
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
# shellcheck source=/dev/null
. "${KB_VOLUMES_CONF:-/etc/pulumi-kingbase/volumes.conf}"
devices=${KB_VOLUMES_DEVICES:-/dev/disk/by-id} fstab=${KB_VOLUMES_FSTAB:-/etc/fstab} notes=/var/lib/pulumi-kingbase
wait_seconds=${KB_VOLUMES_WAIT:-900}
make=no
fail() { echo "volumes: $*" >&2; exit 1; }

# A volume is attached after its host has started. NVMe: …_vol0123 without the dash (Nitro); a name that ends in the id otherwise.
# device_of ID: its path.
device_of() {
  local until=$((SECONDS + wait_seconds)) found
  while :; do
    for found in "$devices"/*_"${1/-/}" "$devices"/*-"$1"; do
      if [ -b "$found" ]; then readlink -f "$found"; return 0; fi
    done
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 2
  done
}

# label_of DEVICE, type_of DEVICE: nothing where there is no signature; fails where the device cannot be read.
probe() {
  local said status=0
  said=$(blkid -p -o value -s "$1" "$2") || status=$?
  case $status in 0) printf '%s' "$said" ;; 2) ;; *) return 1 ;; esac
}

# Devices are compared by their numbers: one may have several names. Nothing where nothing is mounted there.
number_of() { printf '%d:%d' "0x$(stat -Lc %t "$1")" "0x$(stat -Lc %T "$1")"; }
mounted_number() { { findmnt -n -o MAJ:MIN --mountpoint "$1" || true; } | tail -n 1 | tr -d ' '; }
source_of() { { findmnt -n -o SOURCE --mountpoint "$1" || true; } | tail -n 1; }

is_blank() { [ -z "$(wipefs --no-act --parsable "$1")" ] && cmp -s -n 1048576 "$1" /dev/zero; }

# prepare ID LABEL TYPE
prepare() {
  local device type label
  device=$(device_of "$1") || fail "$1 ($2) was not attached within $wait_seconds s"
  type=$(probe TYPE "$device") || fail "$1 ($device) cannot be read"
  label=$(probe LABEL "$device") || fail "$1 ($device) cannot be read"
  if [ -z "$type" ]; then
    [ "$make" = yes ] || fail "$1 ($device) holds no file system; at a start of the host none is made"
    is_blank "$device" || fail "$1 ($device) holds something that is no file system; nothing is made on it"
    case $3 in
      ext4) mkfs.ext4 -q -m 1 -L "$2" "$device" ;;
      xfs) mkfs.xfs -q -L "$2" "$device" ;;
      *) fail "unknown file system $3" ;;
    esac
    echo "volumes: made $3 $2 on $1"
  elif [ "$label" != "$2" ]; then
    fail "$1 ($device) holds a $type called '$label', not $2; nothing is made on it"
  fi
  found_device=$device found_type=${type:-$3}
}

# twin_of LABEL DEVICE: another volume of this host with that label. By it the system may mount either, at this start or at the next.
twin_of() {
  local link other
  for link in "$devices"/*; do
    other=$(readlink -f "$link")
    if [ -b "$other" ] && [ "$(number_of "$other")" != "$(number_of "$2")" ] && [ "$(probe LABEL "$other")" = "$1" ]; then echo "$other"; return 0; fi
  done
}

# The type that is there counts: a declared one is that of volumes made later.
# Without its volume a host starts all the same, and nothing can be written beneath the mount point.
# remember LABEL TYPE POINT OPTIONS
remember() {
  local line="LABEL=$1 $3 $2 $4,nofail,x-systemd.device-timeout=60s 0 2"
  grep -qxF -- "$line" "$fstab" && return 0
  sed -i "\\#^LABEL=$1 #d" "$fstab"
  printf '%s\n' "$line" >>"$fstab"
}

# put POINT DEVICE OPTIONS. Another volume under the label is taken off again, its notes with it; where something already uses it, nothing here is as it says.
put() {
  local point=$1 device=$2 there
  there=$(source_of "$point")
  if [ -n "$there" ]; then
    [ "$(mounted_number "$point")" != "$(number_of "$device")" ] || return 0
    echo "volumes: $there is mounted on $point in the place of $device: taken off" >&2
    ! mountpoint -q "$notes" || [ "$point" != "${first:-}" ] || umount "$notes"
    umount "$point" || fail "$there is mounted on $point in the place of $device, and in use: stop what uses it"
  fi
  mkdir -p "$point"
  chattr +i "$point" 2>/dev/null || true
  # The system itself may have been quicker.
  mount -o "$3" "$device" "$point" || mountpoint -q "$point"
}

keep_notes() {
  local place="$1/.pulumi-kingbase" line
  line="$place $notes none bind,nofail,x-systemd.requires-mounts-for=$1 0 0"
  mkdir -p "$place" "$notes"
  chmod 0700 "$place"
  grep -qxF -- "$line" "$fstab" || printf '%s\n' "$line" >>"$fstab"
  mountpoint -q "$notes" && return 0
  # Nor may notes be written beneath theirs, where the next mount would hide them.
  chattr +i "$notes" 2>/dev/null || true
  mount "$notes" || mountpoint -q "$notes"
}

mount_all() {
  local id label type point options first=
  while read -r id label type point options; do
    [ -n "$first" ] || first=$point
    prepare "$id" "$label" "$type" </dev/null
    remember "$label" "$found_type" "$point" "$options"
    put "$point" "$found_device" "$options" </dev/null
  done < <(volumes)
  [ -z "$first" ] || keep_notes "$first"
  systemctl daemon-reload 2>/dev/null || true
  check
}

check() {
  local id label type point options device wanted twin missing=
  while read -r id label type point options; do
    device=$(source_of "$point")
    wanted=$(wait_seconds=0 device_of "$id") || wanted=''
    if [ -z "$device" ]; then
      missing="$missing $point (nothing is mounted)"
    elif [ -z "$wanted" ] || [ "$(mounted_number "$point")" != "$(number_of "$wanted")" ]; then
      missing="$missing $point ($device is not $id${wanted:+, which is $wanted})"
    elif [ "$(probe LABEL "$device" </dev/null)" != "$label" ]; then
      missing="$missing $point ($device is not $label)"
    else
      twin=$(twin_of "$label" "$wanted" </dev/null)
      [ -z "$twin" ] || missing="$missing $point (is right, and $twin has the label $label too, as a volume made from a snapshot has: detach it, or relabel it with e2label or xfs_admin -L, before the next start)"
    fi
  done < <(volumes)
  [ -z "$missing" ] || fail "not as they should be:$missing"
}

# grow_one POINT DEVICE TYPE: mounted as it is; does nothing where it fills its volume already.
grow_one() {
  local said
  case $3 in
    ext4) said=$(resize2fs "$2" 2>&1) || fail "the file system on $1 could not be made larger (resize2fs $2): $said" ;;
    xfs) said=$(xfs_growfs "$1" 2>&1) || fail "the file system on $1 could not be made larger (xfs_growfs $1): $said" ;;
    *) fail "unknown file system $3 on $1" ;;
  esac
}

# EC2 says that a volume is larger some moments before its host sees it.
# grow ID=GIB…
grow() {
  local id label type point options device gib until=$((SECONDS + wait_seconds))
  check
  while read -r id label type point options; do
    device=$(device_of "$id")
    gib=$(printf '%s\n' "$@" | sed -n "s/^$id=\([0-9]*\)\$/\1/p")
    [ -n "$gib" ] || fail "no size is given for $id"
    while [ "$(($(blockdev --getsize64 "$device") / 1073741824))" -lt "$gib" ]; do
      [ "$SECONDS" -lt "$until" ] || fail "$id ($device) has $(($(blockdev --getsize64 "$device") / 1073741824)) GiB after $wait_seconds s, $gib are declared"
      sleep 2
    done
    grow_one "$point" "$device" "$(probe TYPE "$device" </dev/null)"
  done < <(volumes)
}

case ${1:-} in
  mount) make=yes; mount_all ;;
  boot) mount_all ;;
  check) check ;;
  grow) shift; grow "$@" ;;
  *) echo "usage: volumes.sh mount|boot|check|grow ID=GIB…" >&2; exit 2 ;;
esac
