#!/bin/bash
# Whole file of pulumi-kingbase. Copies one good run to the second machine, proves it there by its checksums, and takes away what is too old there.
# Usage: off-machine.sh put RUN     copies it, and removes what is too old there
#        off-machine.sh prove RUN   reads every file of the copy again
set -euo pipefail
library=$(dirname "$(readlink -f "$0")")
for part in kwdb.conf backup.conf kwdb.sh retention.sh; do
  # shellcheck source=/dev/null
  . "$library/$part"
done

verb=${1:?} run=${2:?}
[[ $run =~ ^[0-9]{8}T[0-9]{6}Z$ ]] || kw_die "$run is no run"
# Only the declared key counts, and only ours is offered.
channel=(ssh -i "$KW_OFF_IDENTITY" -p "$KW_OFF_PORT" -o BatchMode=yes -o IdentitiesOnly=yes -o ConnectTimeout=15 -o StrictHostKeyChecking=yes
  -o "UserKnownHostsFile=$KW_OFF_KNOWN_HOSTS" -o GlobalKnownHostsFile=/dev/null)
there=$KW_OFF_USER@$KW_OFF_HOST
on_there() { "${channel[@]}" "$there" "$(printf '%q ' "$@")" </dev/null; }

place=$KW_EXTERN/$KW_BACKUP_DIRECTORY/$run
# By the sums that lie here: a copy whose files and sums were both changed agrees with itself.
is_whole() {
  "${channel[@]}" "$there" "$(printf '%q ' sh -c 'cd "$1" && test -s manifest.json && sha256sum --quiet -c -' sh "$1")" <"$place/SHA256SUMS" ||
    kw_die "the copy of $run on $KW_OFF_HOST is not what was sent"
}

if [ "$verb" = prove ]; then
  is_whole "$KW_OFF_DIRECTORY/$run"
  kw_say "$run in $KW_OFF_DIRECTORY was read again, and is what was sent"
  exit 0
fi

[ "$(cat "$place/verdict")" = good ] || kw_die "$run is no good run, and is not copied"
partial=$KW_OFF_DIRECTORY/.$run.partial
on_there mkdir -p -- "$partial"
# rsync takes up a copy that was cut; tar, which every host has, begins again. Neither is believed: the checksums below are.
if command -v rsync >/dev/null && on_there sh -c 'command -v rsync' >/dev/null; then
  way=rsync
  rsync -a --delete --no-owner --no-group -e "$(printf '%q ' "${channel[@]}")" -- "$place/" "$there:$partial/"
else
  way=tar
  on_there sh -c 'rm -rf -- "$1" && mkdir -- "$1"' sh "$partial"
  tar -C "$place" -cf - . | "${channel[@]}" "$there" "$(printf '%q ' tar -C "$partial" --no-same-owner -xf -)"
fi
is_whole "$partial"
# Whole before it gets its name: an interrupted one is never taken for a run.
on_there sh -c 'rm -rf "$1/$2" && mv -T "$1/.$2.partial" "$1/$2"' sh "$KW_OFF_DIRECTORY" "$run"
kw_say "$run lies on $KW_OFF_HOST in $KW_OFF_DIRECTORY, with the checksums that it has here (by $way)"

on_there sh -c 'cd "$1" && for d in *Z; do [ -d "$d" ] && printf "%s %s\n" "$d" "$(cat "$d/verdict" 2>/dev/null || echo unfinished)"; done; true' sh "$KW_OFF_DIRECTORY" |
  kw_removable "$KW_OFF_KEEP_DAYS" "$KW_KEEP_AT_LEAST" "${KW_NOW:-$(date +%s)}" | while read -r name; do
  on_there rm -rf -- "$KW_OFF_DIRECTORY/$name"
  kw_say "$name is older than $KW_OFF_KEEP_DAYS days, and goes on $KW_OFF_HOST"
done
