# Takes away what the installation put here; the OS user, data, archive and logs stay.
# INCARNATION PREFIX STATE IDENTITY IP_PATH ARPING_PATH

fail() { echo "$*" >&2; exit 1; }
# Another machine has this address now: nothing here is ours.
[ "$(cat /etc/machine-id 2>/dev/null || true)" = "$INCARNATION" ] || exit 0

if [ -e "$STATE/media.installed" ] && pgrep -f "^$PREFIX/bin/" >/dev/null; then
  fail "programs of $PREFIX still run ($(pgrep -f "^$PREFIX/bin/" | tr '\n' ' ')); stop them, then run again"
fi
rm -f "$STATE/copies"
# The copies are shared by all clusters of a host: the last one takes them away.
if [ -z "$(find "$(dirname "$STATE")" -mindepth 2 -maxdepth 2 -name copies -print -quit 2>/dev/null)" ]; then
  rm -f "$IP_PATH" "$ARPING_PATH"
  rmdir --ignore-fail-on-non-empty -p "$(dirname "$IP_PATH")" 2>/dev/null || true
fi
if [ -e "$STATE/key.ours" ]; then rm -f "$IDENTITY" "$IDENTITY.pub" "$STATE/key.ours"; fi
if [ -e "$STATE/license.ours" ]; then
  rm -f "$PREFIX/bin/license.dat"
  [ ! -e "$STATE/license.before" ] || mv -f "$STATE/license.before" "$PREFIX/bin/license.dat"
  rm -f "$STATE/license.ours"
fi
if [ -e "$STATE/media.installed" ]; then
  while read -r name; do
    case $name in '' | . | .. | */* | etc | log | archive | data) continue ;; esac
    rm -rf "${PREFIX:?}/$name"
  done <"$STATE/media.entries"
  rm -f "$STATE/media.installed" "$STATE/media.entries"
fi
rm -rf "$STATE/media" "$STATE/media.installing" "$STATE/pending" "$STATE/digest.key"
for directory in "$STATE/files" "$STATE/before" "$STATE" "$(dirname "$STATE")" "$PREFIX/etc" "$PREFIX/log" "$PREFIX/archive" "$PREFIX"; do
  [ ! -d "$directory" ] || rmdir --ignore-fail-on-non-empty "$directory"
done
