# shellcheck shell=bash disable=SC2154
# Whole file of pulumi-kingbase. Part of backup.sh: one EXPORT, what it left behind, and what of it is written down for the manifest. $work, $place and $run are
# the run's.

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
    if [ "$what" = object ]; then note_object "$database" "$schema" "$name" "$detail"; continue; fi
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
