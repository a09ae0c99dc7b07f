# shellcheck shell=bash
# Whole file of pulumi-kingbase. Which runs go: twin of core/kwdb/retention.ts, and compared with it in the tests.

# kw_removable KEEP_DAYS KEEP_AT_LEAST NOW: from lines "name verdict" the names that go, oldest first. NOW in seconds since 1970.
kw_removable() {
  grep -E '^[0-9]{8}T[0-9]{6}Z (good|bad|unfinished)$' | sort -r | while read -r name verdict; do
    moment=$(date -u -d "${name:0:4}-${name:4:2}-${name:6:2}T${name:9:2}:${name:11:2}:${name:13:2}Z" +%s 2>/dev/null) || continue
    printf '%s %s %s\n' "$name" "$verdict" "$moment"
  done | awk -v days="$1" -v least="$2" -v now="$3" '
    $2 == "good" && kept < least { kept += 1; next }
    now - $3 > days * 86400 { print $1 }' | sort
}

# kw_runs DIRECTORY: "name verdict" of every run in it.
kw_runs() {
  local folder name verdict
  for folder in "$1"/*/; do
    name=$(basename "$folder")
    [[ $name =~ ^[0-9]{8}T[0-9]{6}Z$ ]] || continue
    verdict=$(cat "$folder/verdict" 2>/dev/null) || verdict=unfinished
    case $verdict in good | bad) ;; *) verdict=unfinished ;; esac
    printf '%s %s\n' "$name" "$verdict"
  done
}
