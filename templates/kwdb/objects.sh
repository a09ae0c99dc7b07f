# shellcheck shell=bash disable=SC2154
# Whole file of pulumi-kingbase. Part of backup.sh: views and sequences, which EXPORT ... FROM DATABASE leaves out.

# note_object DATABASE SCHEMA NAME KIND: its text, and how far a sequence has come. Called after the export, so that no row of it has a later value.
note_object() {
  local database=$1 schema=$2 name=$3 kind=$4 text saved=true value=null full
  full=$(kw_table "$database" "$name")
  [ "$schema" = public ] || full=$(kw_table "$database" "$schema" "$name")
  if text=$(kw_err=$work/err kw_sql "SHOW CREATE $full") && text=$(kw_created_text "$text") && [ -n "$text" ]; then
    printf -- '-- %s %s of database %s\n%s;\n' "$kind" "$name" "$database" "$text" >>"$work/objects.sql"
  else
    saved=false text=''
    finding "$database.$name" "is a $kind, which EXPORT leaves out, and SHOW CREATE gave no text of it"
  fi
  if [ "$kind" = SEQUENCE ] && [ "$saved" = true ]; then note_sequence; fi
  [ "$saved" = false ] || echo >>"$work/objects.sql"
  printf '%s{"database":%s,"schema":%s,"name":%s,"kind":%s,"saved":%s,"definition":%s,"lastValue":%s}' "$(separator objects)" "$(json_string "$database")" "$(json_string "$schema")" "$(json_string "$name")" \
    "$(json_string "$kind")" "$saved" "$([ "$saved" = true ] && json_string "$text" || echo null)" "$value" >>"$work/objects"
}

# Of $database $name with definition $text, into $value: as text, because it may be larger than what JSON carries. A virtual one has none: it hands out unique numbers.
note_sequence() {
  local last
  case $text in *' VIRTUAL') return ;; esac
  last=$(kw_err=$work/err kw_value "SELECT last_value FROM $(kw_table "$database" "$name")") || last=''
  if [[ $last =~ ^-?[0-9]+$ ]]; then
    value=\"$last\"
    printf -- '-- it had come to %s\n' "$last" >>"$work/objects.sql"
  else
    finding "$database.$name" 'is a SEQUENCE whose value could not be read: after a restore it would begin anew'
  fi
}
