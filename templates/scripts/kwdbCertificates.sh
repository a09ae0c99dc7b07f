# Certificates of a KWDB node, apart from writing them (files.sh). ACT: group, owner, keep, mark, effect. KW_USER KW_STATE KW_CERTIFICATES KW_ADDRESS KW_UNIT
# PATHS: base64 a line. KW_RELOAD: signal, restart or none. KW_WANTED: sha256 of the node's certificate, as the server is to show it.
pending="$KW_STATE/certificates.pending"
fail() { echo "$*" >&2; exit 1; }

# group: whose the files are, for a look that changes nothing. owner: the directory as well, for that user alone.
group() {
  local group
  group=$(id -gn "$KW_USER" 2>/dev/null) || fail "there is no user $KW_USER on this host: install KWDB first"
  printf '%s:%s\n' "$KW_USER" "$group"
}
owner() {
  local whose
  whose=$(group)
  if [ ! -e "$KW_CERTIFICATES" ]; then install -d -m 0700 -o "${whose%%:*}" -g "${whose##*:}" "$KW_CERTIFICATES"; fi
  [ -d "$KW_CERTIFICATES" ] || fail "$KW_CERTIFICATES is no directory"
  printf '%s\n' "$whose"
}

# What is about to be replaced, for root alone and by its content, so that no two overwrite one another.
keep() {
  local path64 path into
  install -d -m 0700 "$KW_STATE/certificates"
  while read -r -u 3 path64; do
    [ -n "$path64" ] || continue
    path=$(printf '%s' "$path64" | base64 -d)
    [ -f "$path" ] || continue
    into="$KW_STATE/certificates/$(sha256sum <"$path" | cut -c 1-12).$(basename "$path")"
    [ -e "$into" ] || { cp -L --preserve=mode,ownership,timestamps "$path" "$into.new" && sync "$into.new" && mv -fT "$into.new" "$into"; }
    printf '%s\n' "$into"
  done 3<<<"$PATHS"
}

# Noted before the files change: a run that is cut in between does not lose the reload.
mark() { install -d -m 0700 "$KW_STATE" && : >"$pending"; }

# What the server shows to whoever connects: the only proof that it uses them. Empty: it could not be asked (no openssl of 1.1.1 or later).
shown() {
  command -v openssl >/dev/null || return 0
  timeout 10 openssl s_client -starttls postgres -connect "$KW_ADDRESS" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256 2>/dev/null | sed 's/.*=//'
}
main_pid() { systemctl show -p MainPID --value "$KW_UNIT" 2>/dev/null || true; }

# Whether the server started after the files were placed.
is_newer() {
  local started
  started=$(date -d "$(systemctl show -p ExecMainStartTimestamp --value "$KW_UNIT" 2>/dev/null)" +%s 2>/dev/null) || return 1
  [ "$started" -gt "$(stat -c %Y "$pending")" ]
}

# One word: stopped, same, waiting (until a restart that is not ours), unread (reloaded, and nothing here can look), other (look alone).
effect() {
  local pid seen caught
  pid=$(main_pid)
  if ! [[ $pid =~ ^[1-9][0-9]*$ ]]; then rm -f "$pending"; echo stopped; return; fi
  # Started without certificates: it takes another command line, which is the installer's.
  if tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxe --insecure; then echo waiting; return; fi
  if [ -e "$pending" ] && is_newer; then rm -f "$pending"; fi
  seen=$(shown) || seen=
  if [ ! -e "$pending" ] && [ -n "$seen" ] && [ "$seen" = "$KW_WANTED" ]; then echo same; return; fi
  if [ "$KW_RELOAD" = look ]; then
    if [ -z "$seen" ]; then echo unread; elif [ "$seen" = "$KW_WANTED" ]; then echo waiting; else echo other; fi
    return
  fi
  if [ ! -e "$pending" ] && [ -z "$seen" ]; then echo unread; return; fi
  case $KW_RELOAD in
    none) echo waiting; return ;;
    signal)
      # A process that does not catch it would be ended by it: at level off that takes rows.
      caught=$(awk '$1 == "SigCgt:" { print $2 }' "/proc/$pid/status")
      [ $((0x${caught: -1} & 1)) = 1 ] || fail "the server (process $pid) does not listen to SIGHUP; the files are placed, and in effect after its next start"
      kill -HUP "$pid"
      ;;
    restart) timeout 540 systemctl restart "$KW_UNIT" || fail "systemctl restart $KW_UNIT failed" ;;
  esac
  await
}

await() {
  local end=$((SECONDS + KW_SECONDS)) seen
  while :; do
    seen=$(shown) || seen=
    if [ -n "$seen" ] && [ "$seen" = "$KW_WANTED" ]; then rm -f "$pending"; echo same; return; fi
    if [ -z "$seen" ] && ! command -v openssl >/dev/null; then rm -f "$pending"; echo unread; return; fi
    [ "$SECONDS" -lt "$end" ] || fail "after $KW_SECONDS s the server shows ${seen:-no certificate} at $KW_ADDRESS, and not $KW_WANTED; its log (kwbase.log, \"reload certificates\") says why"
    sleep 0.5
  done
}

"$ACT"
