# The note that one run holds the cluster for an operation of several steps, chosen by KB_STEPS: hold, renew, release. Needs layout.sh, node.sh.
# KB_OP_NOTE (its JSON without the closing brace) KB_OP_TOKEN KB_OP_BREAK (token of a run that is known to be dead) KB_OP_SECONDS
# Times are by this node's clock alone: clocks of operators may differ.

held() {
  sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$KB_STATE/operation.json" 2>/dev/null || true
}

is_mine() {
  [ "$(held token)" = "$KB_OP_TOKEN" ]
}

write_note() {
  put_ledger operation.json "$KB_OP_NOTE$(printf ',"since":%s,"expires":%s}' "$1" "$(($(date +%s) + KB_OP_SECONDS))")"
}

# 77: another run holds it; its note is on standard output. A note that cannot be read blocks too.
hold() {
  local token expires
  if [ -s "$KB_STATE/operation.json" ] && ! is_mine; then
    token=$(held token)
    expires=$(held expires)
    if [ -z "$token" ] || { [ "$token" != "$KB_OP_BREAK" ] && [ "${expires:-0}" -gt "$(date +%s)" ]; }; then
      cat "$KB_STATE/operation.json"
      exit 77
    fi
  fi
  write_note "$(date +%s)"
}

main() {
  # Not the lock of the other scripts: one of those may be at work for hours.
  install -d -m 0755 "$KB_STATE"
  exec 9>"$KB_STATE/operation.lock"
  flock -w 10 9 || die "$KB_STATE/operation.lock is held by another process"
  case $KB_STEPS in
    hold) hold ;;
    renew) ! is_mine || write_note "$(held since)" ;;
    release) ! is_mine || rm -f "$KB_STATE/operation.json" ;;
    *) die "unknown step $KB_STEPS" ;;
  esac
}

main
