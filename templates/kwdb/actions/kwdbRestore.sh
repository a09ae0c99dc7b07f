# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action kwdbRestore: carries out a plan that was made from the manifest of the run (core/kwdb/restore/planRestore.ts), sourced by
# action.sh. One step a line: op, and its words in base64. What one line did is noted before the next: an import that was cut is never repeated over what it left.
ACTION_FIELDS='run database table schema as into existing users settings'
ACTION_STEPS='prove keep stage load count views level'
for part in kwdb.conf backup.conf kwdb.sh; do
  # shellcheck source=/dev/null
  . "$library/$part"
done

place() { echo "$KW_EXTERN/$KW_BACKUP_DIRECTORY/$KB_IN_run"; }
area() { echo "$KW_EXTERN/$KW_BACKUP_DIRECTORY/restore-$id"; }
word() { if [ "$1" = - ]; then :; else base64 -d <<<"$1"; fi; }

# each_line OP…: number, op and words of the plan's lines of these ops, in order.
each_line() { awk -v ops=" $* " 'index(ops, " " $1 " ") { print NR, $0 }' "$ledger/plan"; }

standing() {
  local engine
  engine=$(kw_engine_level) || engine=''
  printf '{"role":"%s","timeline":null,"lsn":null,"controlState":%s}' "$([ -n "$engine" ] && echo up || echo down)" "$(json_or_null "${engine:+engine level $engine}")"
}

action_plan() {
  local plan=$KB_STATE/plans/$id.plan
  [ -s "$plan" ] || refuse kwdb/no-plan "there is no plan of request $id on this node" 'Run it by its record: pulumi up, which makes the plan from the manifest.'
  [ -s "$(place)/manifest.json" ] || refuse kwdb/no-run "$(place) holds no manifest" 'Name another run; nothing was changed.'
  [ -n "$(kw_engine_level)" ] || refuse kwdb/node-down 'the node does not answer' 'Start it first; nothing was changed.'
  if [ -z "${dry_run:-}" ]; then cp "$plan" "$ledger/plan"; fi
}

step_prove() {
  [ "$(cat "$(place)/verdict")" = good ] || die "run $KB_IN_run is no good one"
  # The manifest is the proof; SHA256SUMS is only how it is read.
  (cd "$(place)" && [ "$(grep -oE '"sha256":"[0-9a-f]{64}"' manifest.json | wc -l)" = "$(wc -l <SHA256SUMS)" ] && [ -z "$(manifest_sums . | grep -vxFf SHA256SUMS)" ]) || die "run $KB_IN_run is not what its manifest says: its list of files is another than that of SHA256SUMS"
  (cd "$(place)" && sha256sum --quiet -c SHA256SUMS) || die "run $KB_IN_run is not what its manifest says: a file is missing or was changed"
  say "every file of run $KB_IN_run has the checksum that was written down"
}

# A copy that was made before an interruption is old: what is dropped now is kept now.
action_resume() {
  local number op name rest
  grep -q '^keep ' "$ledger/steps" || return 0
  while read -r number op name rest; do
    if [ "$(word "$name")" = drop ] && [ -n "$(fact "sql-$number")" ]; then return 0; fi
  done < <(each_line sql)
  [ -n "$(each_line keep)" ] || return 0
  rm -f "$ledger"/facts/kept-*
  step_keep
}

step_keep() {
  local number op subject into
  while read -r number op subject; do
    [ ! -e "$ledger/facts/kept-$number" ] || continue
    subject=$(word "$subject")
    into=before-$id-$number
    rm -rf "${KW_EXTERN:?}/${KW_BACKUP_DIRECTORY:?}/$into"
    "$library/backup.sh" --only "$subject" --into "$into" || die "$subject could not be exported whole before it is dropped; nothing was dropped"
    note_fact "kept-$number" "$KW_EXTERN/$KW_BACKUP_DIRECTORY/$into"
    say "$subject is kept in $KW_EXTERN/$KW_BACKUP_DIRECTORY/$into"
  done < <(each_line keep)
}

step_stage() {
  local number op first second target
  rm -rf "$(area)"
  install -d -m 0750 "$(area)"
  while read -r number op first second; do
    case $op in
      stage)
        target=$(area)/$(word "$second")
        install -d "$(dirname "$target")"
        # Links, not copies: the files of the run are read only, and what an import writes beside them (rejected rows) stays here.
        cp -al -- "$(place)/$(word "$first")" "$target"
        ;;
      write)
        target=$(area)/$(word "$first")
        install -d "$(dirname "$target")"
        word "$second" >"$target.new"
        mv -fT "$target.new" "$target"
        ;;
    esac
  done < <(each_line stage write)
  chown -R "$KW_USER" "$(area)" 2>/dev/null || true
}

step_load() {
  local number op name database text expect
  while read -r number op name database text expect; do
    name=$(word "$name") text=$(word "$text") expect=$(word "$expect")
    case $(fact "sql-$number") in
      done) continue ;;
      begun) die "$name was cut while it was at work, and what it made is not whole: drop that, and use a new requestId. Statement: $text" ;;
    esac
    note_fact "sql-$number" begun
    say "$name: $text"
    kw_err=$ledger/.err
    kw_database=$(word "$database") KW_SQL_SECONDS=86400 kw_sql "$text" >"$ledger/.out" || die "$name failed: $(sed -n 's/^ERROR: //p' "$ledger/.err" | head -n 1)"
    if [ "$expect" = import ]; then note_import; fi
    note_fact "sql-$number" 'done'
  done < <(each_line sql)
}

# job_id status fraction_completed rows abandon_rows reject_rows note: by name, from the last answer.
note_import() {
  local value
  value() { awk -F '\t' -v name="$1" '$1 == "job_id" { for (i = 1; i <= NF; i++) at[$i] = i; seen = 1; next } seen { print $at[name]; exit }' "$ledger/.out"; }
  [ "$(value status)" = succeeded ] || die "the import says $(value status), not succeeded"
  note_fact rejected "$(value reject_rows)"
  note_fact abandoned "$(value abandon_rows)"
}

step_count() {
  local number op name text rows found wrong='' rejected
  while read -r number op name text rows; do
    name=$(word "$name") rows=$(word "$rows")
    found=$(KW_SQL_SECONDS=${KW_COUNT_SECONDS:-7200} kw_err=/dev/null kw_value "$(word "$text")") || found=''
    printf '%s\t%s\t%s\n' "$name" "$rows" "${found:-unread}"
    [ "$found" = "$rows" ] || wrong="$wrong${wrong:+; }$name has ${found:-an unread number of} rows, the run has $rows"
  done < <(each_line count) >"$ledger/counts.new"
  # The loop above ran in this shell: its findings are here.
  mv -fT "$ledger/counts.new" "$ledger/counts"
  rejected=$(find "$(area)" -type f -name 'reject*' -printf '%P ' 2>/dev/null)
  note_fact rejectFiles "${rejected% }"
  if [ -n "$rejected" ] || [ "$(fact rejected)" -gt 0 ] 2>/dev/null; then
    wrong="$wrong${wrong:+; }$(fact rejected) rows were rejected, see $(area): ${rejected:-no file}"
  fi
  [ -z "$wrong" ] || die "$wrong"
  say "$(wc -l <"$ledger/counts") tables have the rows of the run"
}

# Views may stand on one another: round after round, until one makes none any more. One that cannot be made is told by name; the rows are there all the same.
step_views() {
  local number op name database text left before=''
  : >"$ledger/views.new"
  while :; do
    left=''
    while read -r number op name database text; do
      [ "$(fact "view-$number")" != made ] || continue
      make_view "$number" "$(word "$name")" "$(word "$database")" "$(word "$text")" || left="$left $number"
    done < <(each_line view)
    if [ -z "$left" ] || [ "$left" = "$before" ]; then break; fi
    before=$left
  done
  while read -r number op name database text; do
    name=$(word "$name")
    if [ "$op" = view ]; then text=$(fact "view-$number"); else text=$(word "$database"); fi
    printf '%s\t%s\n' "$name" "$text" >>"$ledger/views.new"
    if [ "$text" = made ]; then say "view $name is made"; else say "view $name is NOT made: $text; its text: $(place)/objects.sql"; fi
  done < <(each_line view leave)
  mv -fT "$ledger/views.new" "$ledger/views"
}

# make_view NUMBER NAME DATABASE TEXT: made, or why not, as a fact.
make_view() {
  local number=$1 name=$2 text=$4 full there
  full=$(kw_table "$3" "$name")
  kw_err=$ledger/.err
  if there=$(kw_sql "SHOW CREATE $full") && there=$(kw_created_text "$there") && [ -n "$there" ]; then
    if [ "$there" = "$text" ]; then note_fact "view-$number" made; return; fi
    drop_view || return
  fi
  if kw_database=$3 KW_SQL_SECONDS=86400 kw_sql "$text" >"$ledger/.out"; then note_fact "view-$number" made; return; fi
  there=$(sed -n 's/^ERROR: //p' "$ledger/.err" | head -n 1)
  note_fact "view-$number" "${there:-the client failed: $(tail -n 1 "$ledger/.err")}"
  return 1
}

# What stands at $full instead, with text $there: left, unless that was asked for; never a table.
drop_view() {
  local kind=VIEW
  case $there in 'CREATE MATERIALIZED VIEW '*) kind='MATERIALIZED VIEW' ;; 'CREATE VIEW '*) ;; *) kind='' ;; esac
  if [ "${KB_IN_existing:-refuse}" != replace ] || [ -z "$kind" ]; then
    note_fact "view-$number" 'something else of that name exists, and is left as it is'
    return 1
  fi
  note_fact "replacedView-$number" "$there"
  kw_sql "DROP $kind $full" >/dev/null && return
  note_fact "view-$number" "another one of that name exists, and could not be dropped: $(sed -n 's/^ERROR: //p' "$ledger/.err" | head -n 1)"
  return 1
}

step_level() {
  kw_assert_level "${KW_LEVEL_ACTION_SECONDS:-60}" || die "the engine runs level ${kw_level_engine:-unknown} and not $KW_LEVEL; the rows are restored"
  rm -rf "$(area)"
}

action_result() {
  printf '"run":%s,"tables":[%s],"views":[%s],"rejectedRows":%s,"kept":[%s],"engineLevel":%s' "$(json_string "$KB_IN_run")" \
    "$(awk -F '\t' '{ gsub(/["\\]/, "", $1); printf "%s{\"table\":\"%s\",\"rows\":%s}", (NR > 1 ? "," : ""), $1, $3 }' "$ledger/counts")" "$(views_json)" "$(json_number "$(fact rejected)")" \
    "$(for each in "$ledger"/facts/kept-*; do [ ! -e "$each" ] || json_string "$(cat "$each")"; done)" "$kw_level_engine"
}

views_json() {
  local name found first=''
  while IFS=$'\t' read -r name found; do
    printf '%s{"view":%s,"made":%s,"reason":%s,"text":%s}' "$first" "$(json_string "$name")" "$([ "$found" = made ] && echo true || echo false)" \
      "$([ "$found" = made ] && echo null || json_string "$found")" "$([ "$found" = made ] && echo null || json_string "$(place)/objects.sql")"
    first=,
  done <"$ledger/views"
}
