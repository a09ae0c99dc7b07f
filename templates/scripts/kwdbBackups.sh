# The runs of a backup on this node. KW_ROOT: their directory. KW_STATE. KW_TIMER, KW_VERIFY_TIMER: names of the timers; the second may be empty.
# A line each: run, name, verdict; last, text of backup.json; verified, text of verified.json; timer and verifyTimer, active or inactive.
for folder in "$KW_ROOT"/*/; do
  name=$(basename "$folder")
  [[ $name =~ ^[0-9]{8}T[0-9]{6}Z$ ]] || continue
  verdict=unfinished
  if [ -s "$folder/verdict" ]; then verdict=$(cat "$folder/verdict"); fi
  case $verdict in good | bad) ;; *) verdict=unfinished ;; esac
  printf 'run\t%s\t%s\n' "$name" "$verdict"
done
if [ -s "$KW_STATE/backup.json" ]; then printf 'last\t%s\n' "$(cat "$KW_STATE/backup.json")"; fi
if [ -s "$KW_STATE/verified.json" ]; then printf 'verified\t%s\n' "$(cat "$KW_STATE/verified.json")"; fi
timer_state() { if [ -n "$2" ] && systemctl is-active --quiet "$2"; then printf '%s\tactive\n' "$1"; else printf '%s\tinactive\n' "$1"; fi; }
timer_state timer "$KW_TIMER"
timer_state verifyTimer "$KW_VERIFY_TIMER"
