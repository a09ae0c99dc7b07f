# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Part of backup.sh: the manifest, which is the only proof of a run, and the verdict.

# Files that no counted table owns: a table in a schema that is not declared was counted by nobody.
find_unlisted() {
  local path
  touch "$work/listed"
  while IFS= read -r path; do
    grep -qxF -- "$path" "$work/listed" || finding "$path" 'belongs to no table that was counted'
  done < <(cd "$place" && find . -type f -name '*.csv' -printf '%P\n')
}

wanted_subjects() {
  local database tables schemas table
  if [ -n "$only" ]; then printf '%s\n' "$only"; return; fi
  while IFS='|' read -r database tables schemas; do
    if [ -z "$tables" ]; then printf 'database %s\n' "$database"; continue; fi
    for table in ${tables//,/ }; do
      case $table in *.*) printf 'table %s.%s\n' "$database" "$table" ;; *) printf 'table %s.public.%s\n' "$database" "$table" ;; esac
    done
  done < <(kw_wanted)
  [ "$KW_BACKUP_USERS" != true ] || echo users
  [ "$KW_BACKUP_SETTINGS" != true ] || echo settings
}

json_lines() { local first='' line; while IFS= read -r line; do printf '%s%s' "$first" "$(json_string "$line")"; first=,; done; }

files_json() {
  local sum path first=''
  while read -r sum path; do
    printf '%s{"path":%s,"bytes":%s,"sha256":"%s"}' "$first" "$(json_string "$path")" "$(stat -c %s "$place/$path")" "$sum"
    first=,
  done <"$place/SHA256SUMS"
}

# A full disk loses notes without a word: what was found is then not whole, and nobody may take the run for good.
prove_notes() {
  [ "$(printf 'whole\n' >"$work/proof" && cat "$work/proof")" = whole ] || finding "$work" 'cannot be written: what was found is not whole'
  [ -s "$work/exports" ] || finding 'the run' 'exported nothing'
}

write_manifest() {
  prove_notes
  cp "$work/counts.tsv" "$place/counts.tsv" || finding "$place/counts.tsv" 'could not be written'
  [ ! -s "$work/objects.sql" ] || cp "$work/objects.sql" "$place/objects.sql"
  (cd "$place" && find . -type f ! -name SHA256SUMS ! -name manifest.json ! -name verdict ! -name findings.txt -printf '%P\0' | sort -z | xargs -0 -r sha256sum) | sed 's/  /\t/' >"$work/sums"
  # The names of ours hold no blank and no line break; sha256sum would escape them.
  tr '\t' ' ' <"$work/sums" | sed 's/ /  /' >"$place/SHA256SUMS" || finding "$place/SHA256SUMS" 'could not be written'
  [ "$(wc -l <"$place/SHA256SUMS")" = "$(find "$place" -type f ! -name SHA256SUMS ! -name manifest.json ! -name verdict ! -name findings.txt | wc -l)" ] || finding "$place/SHA256SUMS" 'does not list every file'
  sort "$work/findings" >"$place/findings.txt"
  verdict=good
  if [ "$is_bad" = yes ] || [ ! -e "$work/findings" ] || [ -s "$work/findings" ]; then verdict=bad; fi
  {
    printf '{"format":1,"run":"%s","cluster":"%s","node":"%s","nodeId":%s,"version":%s,"startedAt":"%s","finishedAt":"%s","options":%s,"wanted":[%s],' "$run" "$KW_CLUSTER" "$KW_NAME" \
      "$KW_NODE_ID" "$(json_string "$version")" "$started" "$(moment)" "$(json_string "$KW_EXPORT_OPTIONS")" "$(wanted_subjects | json_lines)"
    printf '"exports":[%s],"tables":[%s],"objects":[%s],"files":[%s],"verdict":"%s"}\n' "$(cat "$work/exports")" "$(cat "$work/tables")" "$(cat "$work/objects")" "$(files_json)" "$verdict"
  } >"$place/.manifest.new" || kw_die "$place/manifest.json could not be written: this run is none"
  sync -f "$place"
  mv -fT "$place/.manifest.new" "$place/manifest.json"
  printf '%s\n' "$verdict" >"$place/verdict"
  sync -f "$place"
}
