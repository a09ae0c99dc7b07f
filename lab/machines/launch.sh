#!/bin/sh
# Boots one node: stacks its disk, mounts its volumes and becomes systemd-nspawn. Started inside a mount namespace of its
# own, so that disk and volumes go away with the last process of the node, however it ends.
# Usage: launch.sh <lab> <node> <machine> <veth> <node directory> <lower directories> <volume>...   (volume: image:mountpoint)
set -eu
lab=$1 node=$2 machine=$3 veth=$4 directory=$5 lower=$6
shift 6

# One cgroup per node in every hierarchy: nodes must not share one (each runs an init), and what is left of a node is
# found again by it. A host with cgroup v2 only has one hierarchy, older ones have several.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup/memory; do
  [ -e "$hierarchy/cgroup.procs" ] || continue
  mkdir -p "$hierarchy/pulumi-kingbase-lab/$lab/$node"
  echo $$ >"$hierarchy/pulumi-kingbase-lab/$lab/$node/cgroup.procs"
done

mount -t overlay overlay -o "lowerdir=$lower,upperdir=$directory/upper,workdir=$directory/work" "$directory/root"
set -- "$@" --
while [ "$1" != -- ]; do
  image=${1%%:*} point=${1#*:}
  shift
  case $point in
    /dev/*)
      # A disk that the node formats and mounts itself: under its id, and under the name by which the kernel lists it, for mounts by label.
      loop=$(losetup --find --show "$image")
      set -- "$@" "--bind=$loop:$point" "--bind=$loop:$loop"
      ;;
    *)
      mkdir -p "$directory/volumes$point"
      mount -o loop,noatime "$image" "$directory/volumes$point"
      set -- "$@" "--bind=$directory/volumes$point:$point"
      ;;
  esac
done
shift

exec systemd-nspawn --boot --quiet --register=no --keep-unit --directory="$directory/root" --machine="$machine" \
  --hostname="$node" --network-veth-extra="$veth:eth0" --resolv-conf=off --timezone=off --link-journal=no \
  --console=read-only --kill-signal=SIGRTMIN+3 "$@"
