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
for part in kwdb.conf backup.conf kwdb.sh retention.sh scripts/json.sh export.sh objects.sh manifest.sh copies.sh; do
  # shellcheck source=/dev/null
  . "$library/$part"
done

moment() { date -u +%Y-%m-%dT%H:%M:%SZ; }
# Noted twice: where it cannot be written, the run is bad all the same.
finding() { is_bad=yes; kw_say "BAD $1: $2"; printf '%s\t%s\n' "$1" "$2" >>"$work/findings"; }

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

remove_old() {
  local name
  kw_runs "$root" | kw_removable "$KW_KEEP_DAYS" "$KW_KEEP_AT_LEAST" "${KW_NOW:-$(date +%s)}" | while read -r name; do
    kw_say "$name is older than $KW_KEEP_DAYS days, and goes"
    rm -rf "${root:?}/${name:?}"
  done
}

copy_out() {
  if [ -z "$(kw_places)" ]; then
    note_last false 'no second place is declared'
  elif [ "$verdict" != good ]; then
    note_last false 'only good runs are copied'
  elif kw_everywhere put "$run"; then
    note_last true ''
  else
    code=4
    note_last false "${missed//$'\n'/; }"
  fi
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
  is_bad=no
  work=$(mktemp -d) && [ -d "$work" ] || kw_die 'there is no room for the notes of a run below /tmp; nothing was exported'
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
  copy_out
  remove_old
  kw_thin_store
  exit "$code"
}

main "$@"
