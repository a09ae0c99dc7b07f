# Answers questions about this node's own WAL: one line of JSON. Nothing is changed. See core/recovery/types.ts, BranchQuestions.
# KB_PRINTS: a line each, KEY LSN SEGMENT_BYTES TIMELINE…: a digest of the segment up to there, out of the first file that is there.
# KB_SPANS: a line each, KEY TIMELINE FROM TO (- for the end): how many transactions committed.
# Needs layout.sh, node.sh and json.sh. What could not be read is left out.

WAL_SECONDS=20

print_of() {
  local lsn=$1 segment=$2 position number offset per timeline name
  shift 2
  position=$((16#${lsn%%/*} * 4294967296 + 16#${lsn##*/}))
  number=$(((position - 1) / segment))
  offset=$((position - number * segment))
  per=$((4294967296 / segment))
  for timeline in "$@"; do
    for name in "$(printf '%08X%08X%08X' "$timeline" $((number / per)) $((number % per)))"{,.partial}; do
      if [ -r "$KB_WAL/$name" ]; then
        timeout "$WAL_SECONDS" head -c "$offset" "$KB_WAL/$name" | sha256sum | cut -d' ' -f1
        return
      fi
    done
  done
  return 1
}

# Prints COMMITS|FIRST|LAST.
span_of() {
  local code=0 until=()
  [ "$3" = - ] || until=(-e "$3")
  kb timeout "$WAL_SECONDS" "$KB_BIN/sys_waldump" -p "$KB_WAL" -t "$1" -s "$2" "${until[@]}" --rmgr=Transaction 2>"$work/waldump.err" |
    awk -F 'desc: COMMIT' 'NF > 1 { n++; t = $2; sub(/^[^0-9]*/, "", t); sub(/;.*/, "", t); if (n == 1) f = t; l = t } END { print n + 0 "|" f "|" l }' || code=$?
  # It ends with an error where the WAL ends; any other one (a segment that is gone, time that ran out) leaves something uncounted.
  [ "$code" = 0 ] || grep -q 'error in WAL record\|could not find a valid record' "$work/waldump.err"
}

answer_prints() {
  local key rest separator='' digest
  while read -r key rest; do
    [ -n "$key" ] || continue
    # shellcheck disable=SC2086
    if digest=$(print_of $rest) && [ -n "$digest" ]; then
      printf '%s%s:"%s"' "$separator" "$(json_string "$key")" "$digest"
      separator=,
    fi
  done <<<"$KB_PRINTS"
}

answer_spans() {
  local key rest separator='' answer first last
  while read -r key rest; do
    [ -n "$key" ] || continue
    # shellcheck disable=SC2086
    if answer=$(span_of $rest); then
      IFS='|' read -r answer first last <<<"$answer"
      printf '%s%s:{"commits":%s,"firstAt":%s,"lastAt":%s}' "$separator" "$(json_string "$key")" "$answer" "$(json_string "$first")" "$(json_string "$last")"
      separator=,
    fi
  done <<<"$KB_SPANS"
}

branch_facts() {
  kb_layout "$KB_DATA"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  printf '{"prints":{%s},"spans":{%s}}\n' "$(answer_prints)" "$(answer_spans)"
}

branch_facts
