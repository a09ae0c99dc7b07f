# The runs of a backup on this node. KW_ROOT: their directory. KW_STATE. KW_TIMER: name of the timer.
# A line each: run, name, verdict; last, text of backup.json; timer, active or inactive.
for folder in "$KW_ROOT"/*/; do
  name=$(basename "$folder")
  [[ $name =~ ^[0-9]{8}T[0-9]{6}Z$ ]] || continue
  verdict=unfinished
  if [ -s "$folder/verdict" ]; then verdict=$(cat "$folder/verdict"); fi
  case $verdict in good | bad) ;; *) verdict=unfinished ;; esac
  printf 'run\t%s\t%s\n' "$name" "$verdict"
done
if [ -s "$KW_STATE/backup.json" ]; then printf 'last\t%s\n' "$(cat "$KW_STATE/backup.json")"; fi
if systemctl is-active --quiet "$KW_TIMER"; then printf 'timer\tactive\n'; else printf 'timer\tinactive\n'; fi
