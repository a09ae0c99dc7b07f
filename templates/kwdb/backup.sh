#!/bin/bash
# Whole file of pulumi-kingbase. One run of the backup: every declared database and table by EXPORT into a directory of its own, with counts taken before and
# after, counts of the CSV files, checksums and a manifest; then the copy off the machine, and what is too old goes. A run is good when everything is there: the
# exit code of EXPORT says nothing of that (facts 0.8).
#
# Usage: backup.sh                              everything that is declared
#        backup.sh --only SUBJECT --into NAME   one `database NAME` or `table DATABASE.SCHEMA.NAME`, without copy and retention: what a restore keeps before it drops
# Exit: 0 a good run, and its copy; 1 a bad run; 4 a good run whose copy failed; 75 another operation holds this node
set -uo pipefail
library=$(dirname "$(readlink -f "$0")")
for part in kwdb.conf backup.conf kwdb.sh retention.sh scripts/json.sh; do
  # shellcheck source=/dev/null
  . "$library/$part"
done

moment() { date -u +%Y-%m-%dT%H:%M:%SZ; }
finding() { printf '%s\t%s\n' "$1" "$2" >>"$work/findings"; kw_say "BAD $1: $2"; }

# export_into FOLDER SUBJECT STATEMENT-HEAD STATEMENT-TAIL: runs it, notes its end.
export_into() {
  local folder=$1 subject=$2 code=0 result='' error notices
  kw_err=$work/err
  KW_SQL_SECONDS=$KW_BACKUP_SECONDS kw_sql "$3 $(kw_text "nodelocal://$KW_NODE_ID/$KW_BACKUP_DIRECTORY/$run/$folder")$4" >"$work/out" || code=$?
  # A time-series export answers one row of one word; everything else lists files.
  [ "$(head -n 1 "$work/out")" != result ] || result=$(sed -n 2p "$work/out")
  error=$(sed -n 's/^ERROR: //p' "$work/err" | head -n 1)
  notices=$(sed -nE 's/^(NOTICE|WARNING): //p' "$work/err")
  [ "$code" = 0 ] || [ -n "$error" ] || error=$(tail -n 1 "$work/err")
  {
    printf '%s{"subject":%s,"exitCode":%s,"result":%s,"error":%s,"notices":[' "$(separator exports)" "$(json_string "$subject")" "$code" "$(json_string "$result")" "$(json_string "$error")"
    [ -z "$notices" ] || { local first=''; while IFS= read -r line; do printf '%s%s' "$first" "$(json_string "$line")"; first=,; done <<<"$notices"; }
    printf ']}'
  } >>"$work/exports"
  if [ "$code" != 0 ]; then
    finding "$subject" "EXPORT ended with exit code $code: $error"
  elif [ -n "$result" ] && [ "$result" != succeed ]; then
    finding "$subject" "EXPORT ended with 0, and its row says $result${notices:+ ($notices)}"
  elif [ -n "$notices" ]; then
    finding "$subject" "EXPORT ended with 0, and gave the notice $notices"
  elif [ ! -d "$place/$folder" ]; then
    finding "$subject" "EXPORT ended with 0, and nothing is in $place/$folder: nodelocal://$KW_NODE_ID is another node, or its root another directory"
  fi
}

separator() { [ ! -s "$work/$1" ] || printf ,; }

# rows_of FOLDER: records in its CSV files, whether one ends inside a record, and the files. A line break inside quotes ends no record.
rows_of() {
  local file seen rows=0 cut=no open
  files=()
  for file in "$1"/*.csv; do
    [ -f "$file" ] || continue
    case $(basename "$file") in reject.*) continue ;; esac
    files+=("${file#"$place/"}")
    seen=$(awk '{ quotes += gsub(/"/, "&"); if (quotes % 2 == 0) rows += 1 } END { print rows + 0, quotes % 2 }' "$file")
    rows=$((rows + ${seen% *}))
    open=${seen#* }
    [ "$open" = 0 ] && { [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file" | tr -d '\n')" ]; } || cut=yes
  done
  csv_rows=$rows csv_cut=$cut
}

# defines META TABLE: whether it makes the table.
defines() {
  [ -f "$1" ] && awk -v bare="CREATE TABLE $2 " -v quoted="CREATE TABLE \"$2\" " 'index($0, bare) == 1 || index($0, quoted) == 1 { found = 1 } END { exit !found }' "$1"
}

# note_table DATABASE SCHEMA TABLE KIND BEFORE FOLDER META
note_table() {
  local database=$1 schema=$2 table=$3 kind=$4 before=$5 folder=$6 meta=$7 after least most name file first=''
  case $kind in timeSeries) name=$database.$table after=$(kw_count "$(kw_table "$database" "$table")") || after='' ;;
    *) name=$database.$schema.$table after=$(kw_count "$(kw_table "$database" "$schema" "$table")") || after='' ;; esac
  rows_of "$place/$folder"
  defines "$place/$meta" "$table" || meta=''
  [ -n "$meta" ] || finding "$name" 'its definition is in no meta.sql: EXPORT left it out and ended with 0'
  [ "$csv_cut" = no ] || finding "$name" 'a CSV file of it ends inside a record: the export was cut half-way'
  if [ -z "$before" ] || [ -z "$after" ]; then
    finding "$name" "its rows could not be counted $([ -n "$before" ] && echo after || echo before) the export"
  else
    least=$before most=$after
    [ "$before" -le "$after" ] || least=$after most=$before
    if [ "$csv_rows" -lt "$least" ] || [ "$csv_rows" -gt "$most" ]; then
      finding "$name" "has $least to $most rows, and $([ "${#files[@]}" = 0 ] && echo 'there is no CSV file of it' || echo "its CSV files hold $csv_rows")"
    fi
  fi
  {
    printf '%s{"database":%s,"schema":%s,"table":%s,"kind":"%s","before":%s,"after":%s,"csvRows":%s,"cut":%s,"meta":%s,"files":[' "$(separator tables)" \
      "$(json_string "$database")" "$(json_string "$schema")" "$(json_string "$table")" "$kind" "$(json_number "$before")" "$(json_number "$after")" "$csv_rows" \
      "$([ "$csv_cut" = yes ] && echo true || echo false)" "$([ -n "$meta" ] && json_string "$meta" || echo null)"
    for file in ${files[@]+"${files[@]}"}; do printf '%s%s' "$first" "$(json_string "$file")"; first=,; printf '%s\n' "$file" >>"$work/listed"; done
    printf ']}'
  } >>"$work/tables"
  # For programs on this node that compare rows: crashRestart.
  printf '%s\t%s\t%s\t%s\t%s\n' "$kind" "$database" "$schema" "$table" "$csv_rows" >>"$work/counts.tsv"
}

# What EXPORT ... FROM DATABASE leaves out: its text is kept beside it.
note_object() {
  local database=$1 name=$2 kind=$3 text saved=true
  if text=$(kw_err=$work/err kw_sql "SHOW CREATE $(kw_table "$database" "$name")") && text=$(created_text "$text") && [ -n "$text" ]; then
    printf -- '-- %s %s of database %s\n%s;\n\n' "$kind" "$name" "$database" "$text" >>"$work/objects.sql"
  else
    saved=false
    finding "$database.$name" "is a $kind, which EXPORT leaves out, and SHOW CREATE gave no text of it"
  fi
  printf '%s{"database":%s,"name":%s,"kind":%s,"saved":%s}' "$(separator objects)" "$(json_string "$database")" "$(json_string "$name")" "$(json_string "$kind")" "$saved" >>"$work/objects"
}

# The last field of the one row that SHOW CREATE answers: quoted where it has line breaks.
created_text() {
  local text=${1#*$'\n'}
  text=${text#*$'\t'}
  case $text in '"'*'"') text=${text#\"}; text=${text%\"}; text=${text//\"\"/\"} ;; esac
  printf '%s' "$text"
}

# The tables of a database as it is now (schema, name, count), and what EXPORT leaves out (schema, name, kind).
list_tables() {
  local database=$1 kind=$2 schema name type
  shift 2
  for schema in "$@"; do
    kw_err=$work/err kw_tables "$database" "$schema" >"$work/names" || return 1
    while IFS=$'\t' read -r name type; do
      case $type in
        'TIME SERIES TABLE') printf 'table\t%s\t%s\t%s\n' "$schema" "$name" "$(kw_count "$(kw_table "$database" "$name")")" ;;
        'BASE TABLE') printf 'table\t%s\t%s\t%s\n' "$schema" "$name" "$(kw_count "$(kw_table "$database" "$schema" "$name")")" ;;
        SEQUENCE) ;;
        *) printf 'object\t%s\t%s\t%s\n' "$schema" "$name" "$type" ;;
      esac
    done <"$work/names"
  done
  # Only a relational database holds sequences, and SHOW TABLES of KWDB leaves them out.
  [ "$kind" = relational ] || return 0
  kw_err=$work/err kw_sequences "$database" >"$work/names" || return 1
  while IFS= read -r name; do printf 'object\tpublic\t%s\tSEQUENCE\n' "$name"; done <"$work/names"
}

save_database() {
  local database=$1 kind=$2 schemas=$3 what schema name detail folder=databases/$1 meta
  # shellcheck disable=SC2086 # schemas are separated by blanks, and hold none
  if ! list_tables "$database" "$kind" ${schemas//,/ } >"$work/list"; then
    finding "database $database" "its tables cannot be listed: $(sed -n 's/^ERROR: //p' "$work/err" | head -n 1)"
    return
  fi
  export_into "$folder" "database $database" 'EXPORT INTO CSV' " FROM DATABASE $(kw_name "$database")$KW_EXPORT_OPTIONS"
  while IFS=$'\t' read -r what schema name detail; do
    if [ "$what" = object ]; then note_object "$database" "$name" "$detail"; continue; fi
    meta=$folder/$schema/$name/meta.sql
    [ "$kind" = relational ] || meta=$folder/meta.sql
    note_table "$database" "$schema" "$name" "$kind" "$detail" "$folder/$schema/$name" "$meta"
  done <"$work/list"
}

save_table() {
  local database=$1 schema=$2 table=$3 kind=$4 before name
  name=$(kw_table "$database" "$schema" "$table")
  [ "$kind" = relational ] || name=$(kw_table "$database" "$table")
  before=$(kw_count "$name") || before=''
  export_into "tables/$database.$schema.$table" "table $database.$schema.$table" 'EXPORT INTO CSV' " FROM TABLE $name$KW_EXPORT_OPTIONS"
  note_table "$database" "$schema" "$table" "$kind" "$before" "tables/$database.$schema.$table" "tables/$database.$schema.$table/meta.sql"
}

kind_of() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$work/databases"; }

save_wanted() {
  local database tables schemas kind table
  while IFS='|' read -r database tables schemas; do
    kind=$(kind_of "$database")
    if [ -z "$kind" ]; then finding "database $database" 'does not exist'; continue; fi
    if [ -z "$tables" ]; then save_database "$database" "$kind" "$schemas"; continue; fi
    for table in ${tables//,/ }; do
      case $table in *.*) save_table "$database" "${table%%.*}" "${table#*.}" "$kind" ;; *) save_table "$database" public "$table" "$kind" ;; esac
    done
  done < <(kw_wanted)
}

save_only() {
  local subject=$1 name=${1#* } kind rest
  case $subject in
    database\ *)
      kind=$(kind_of "$name")
      [ -n "$kind" ] || kw_die "there is no $subject"
      save_database "$name" "$kind" public
      ;;
    table\ *)
      rest=${name#*.}
      save_table "${name%%.*}" "${rest%%.*}" "${rest#*.}" "$(kind_of "${name%%.*}")"
      ;;
    *) kw_die "$subject is neither a database nor a table" ;;
  esac
}

save_globals() {
  [ "$KW_BACKUP_USERS" != true ] || export_plain users users 'EXPORT USERS TO SQL'
  [ "$KW_BACKUP_SETTINGS" != true ] || export_plain settings settings 'EXPORT CLUSTER SETTING TO SQL'
}
export_plain() { export_into "$1" "$2" "$3" ''; }

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

write_manifest() {
  cp "$work/counts.tsv" "$place/counts.tsv"
  [ ! -s "$work/objects.sql" ] || cp "$work/objects.sql" "$place/objects.sql"
  (cd "$place" && find . -type f ! -name SHA256SUMS ! -name manifest.json ! -name verdict ! -name findings.txt -printf '%P\0' | sort -z | xargs -0 -r sha256sum) | sed 's/  /\t/' >"$work/sums"
  # The names of ours hold no blank and no line break; sha256sum would escape them.
  tr '\t' ' ' <"$work/sums" | sed 's/ /  /' >"$place/SHA256SUMS"
  sort "$work/findings" >"$place/findings.txt"
  verdict=good
  [ ! -s "$work/findings" ] || verdict=bad
  {
    printf '{"format":1,"run":"%s","cluster":"%s","node":"%s","nodeId":%s,"version":%s,"startedAt":"%s","finishedAt":"%s","options":%s,"wanted":[%s],' "$run" "$KW_CLUSTER" "$KW_NAME" \
      "$KW_NODE_ID" "$(json_string "$version")" "$started" "$(moment)" "$(json_string "$KW_EXPORT_OPTIONS")" "$(wanted_subjects | json_lines)"
    printf '"exports":[%s],"tables":[%s],"objects":[%s],"files":[%s],"verdict":"%s"}\n' "$(cat "$work/exports")" "$(cat "$work/tables")" "$(cat "$work/objects")" "$(files_json)" "$verdict"
  } >"$place/.manifest.new"
  sync -f "$place"
  mv -fT "$place/.manifest.new" "$place/manifest.json"
  printf '%s\n' "$verdict" >"$place/verdict"
  sync -f "$place"
}

remove_old() {
  local name
  kw_runs "$root" | kw_removable "$KW_KEEP_DAYS" "$KW_KEEP_AT_LEAST" "${KW_NOW:-$(date +%s)}" | while read -r name; do
    kw_say "$name is older than $KW_KEEP_DAYS days, and goes"
    rm -rf "${root:?}/${name:?}"
  done
}

note_last() {
  kw_note backup.json "$(printf '{"run":"%s","verdict":"%s","finishedAt":"%s","findings":%s,"copied":%s,"copyReason":%s}' "$run" "$verdict" "$(moment)" \
    "$(wc -l <"$work/findings")" "$1" "$([ -n "$2" ] && json_string "$2" || echo null)")"
}

main() {
  only='' into='' code=0
  while [ $# -gt 0 ]; do
    case $1 in --only) only=$2 ;; --into) into=$2 ;; *) kw_die "unknown word $1" ;; esac
    shift 2
  done
  umask 027
  install -d -m 0755 "$KW_STATE"
  if [ -z "$only" ]; then
    exec 9>"$KW_STATE/lock"
    flock -w 20 9 || { echo "another operation of this program is at work on this node (lock $KW_STATE/lock)" >&2; exit 75; }
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  : >"$work/findings"
  for part in exports tables objects counts.tsv objects.sql; do : >"$work/$part"; done
  chmod 0755 "$work"
  started=$(moment)
  run=${into:-$(date -u -d "@${KW_NOW:-$(date +%s)}" +%Y%m%dT%H%M%SZ)}
  root=$KW_EXTERN/$KW_BACKUP_DIRECTORY
  place=$root/$run
  [ ! -e "$place" ] || kw_die "$place is there already: each run needs a directory of its own"
  kw_err=$work/err kw_databases >"$work/databases" || kw_die "the node does not answer: $(tail -n 1 "$work/err")"
  version=$(kw_err=/dev/null kw_value 'SELECT version()') && [ -n "$version" ] || version="declared $KW_VERSION"
  kw_say "run $run into $place"
  if [ -n "$only" ]; then save_only "$only"; else save_wanted; save_globals; fi
  install -d -m 0750 "$place"
  chown --reference="$KW_EXTERN" "$place" 2>/dev/null || true
  find_unlisted
  write_manifest
  kw_say "run $run is $verdict: $(wc -l <"$work/counts.tsv") tables, $(wc -l <"$work/findings") findings"
  [ "$verdict" = good ] || code=1
  if [ -n "$only" ]; then exit "$code"; fi
  if [ -n "$KW_OFF_HOST" ] && [ "$verdict" = good ]; then
    if said=$("$library/off-machine.sh" "$run" 2>&1); then note_last true ''; else code=4; note_last false "$(tail -n 1 <<<"$said")"; kw_say "NOT COPIED: $said"; fi
  else
    note_last false "$([ -z "$KW_OFF_HOST" ] && echo 'no second place is declared' || echo 'only good runs are copied')"
  fi
  remove_old
  exit "$code"
}

main "$@"
