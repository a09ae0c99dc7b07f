# shellcheck shell=bash
# Pieces of a JSON document from shell: what was read, as text with its exit code. Callers make the directory $work.

# Prints a JSON string; control characters other than the usual three become blanks, the unit separator is kept.
json_string() {
  local s=$1
  s=${s//\\/\\\\}
  s=${s//\"/\\\"}
  s=${s//$'\n'/\\n}
  s=${s//$'\t'/\\t}
  s=${s//$'\r'/\\r}
  s=${s//$'\x1f'/\\u001f}
  printf '"%s"' "${s//[$'\x01'-$'\x1f']/ }"
}

# json_command NAME: what `run_probe NAME …` left behind.
json_command() {
  if [ ! -e "$work/$1.code" ]; then
    printf null
    return
  fi
  printf '{"code":%s,"text":' "$(<"$work/$1.code")"
  json_string "$(<"$work/$1.out")"
  printf ',"error":'
  json_string "$(tail -c 2000 "$work/$1.err")"
  printf '}'
}

json_file() {
  if [ -r "$1" ]; then json_string "$(<"$1")"; else printf null; fi
}

json_number() {
  if [[ $1 =~ ^[0-9]+$ ]]; then printf '%s' "$1"; else printf null; fi
}

json_flag() {
  if "$@"; then printf true; else printf false; fi
}

run_probe() {
  local name=$1 code=0
  shift
  "$@" >"$work/$name.out" 2>"$work/$name.err" || code=$?
  echo "$code" >"$work/$name.code"
}
