# Files of ours on a node: compare, put, take away; whole files, blocks in files of others, blocks in crontabs. Prints path (base64), tab, verdict.
# STATE: our ledger on this node. ITEMS: a line per file: op kind path mode owner block onchange sha256 text (path, block, text in base64, - for none).
# REPMGRD_PID: pid file of repmgrd. Every step can be interrupted: what must still be run is noted before a file lands.

work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${tmp:-}" ] || rm -f "$tmp"' EXIT
tmp=

decode() { if [ "$1" = - ]; then :; else printf '%s' "$1" | base64 -d; fi; }
fail() { echo "$path: $*" >&2; exit 1; }
say() { printf '%s\t%s\n' "$path64" "$1"; }
# One ledger entry per path, so that resources of one node that run side by side never write the same file.
entry_name() { local name=${path//%/%25}; printf '%s' "${name//\//%2F}"; }
sha_of() { sha256sum <"$1" | cut -d' ' -f1; }

# ---- ledger ---------------------------------------------------------------------------------------------------------------------

ledger_get() { cat "$STATE/files/$(entry_name)" 2>/dev/null || true; }
ledger_put() {
  local file
  file="$STATE/files/$(entry_name)"
  [ "$(cat "$file" 2>/dev/null)" != "$1" ] || return 0
  install -d -m 0700 "$STATE/files"
  printf '%s\n' "$1" >"$file.new"
  mv -f "$file.new" "$file"
}
ledger_drop() { rm -f "$STATE/files/$(entry_name)"; }

note_pending() {
  case $onchange in none | cron | rollout) return 0 ;; esac
  install -d -m 0700 "$STATE/pending"
  grep -qxF -- "$path" "$STATE/pending/$onchange" 2>/dev/null || printf '%s\n' "$path" >>"$STATE/pending/$onchange"
}

# ---- whole files ----------------------------------------------------------------------------------------------------------------

observe_whole() {
  if [ ! -e "$path" ] && [ ! -L "$path" ]; then
    found=missing
  elif [ -L "$path" ] || [ ! -f "$path" ] || [ "$(sha_of "$path")" != "$sha" ]; then
    found=content
  elif [ "$(stat -c %a "$path")" != "$(printf '%o' "$((8#$mode))")" ]; then
    found=mode
  elif [ "$(stat -c %U:%G "$path")" != "$owner" ]; then
    found=owner
  elif is_stopped_unit; then
    found=unit
  else
    found=same
  fi
}

# A daemon of ours that somebody stopped or disabled: its files may all be as they should.
is_stopped_unit() {
  case $onchange:$path in
    securecmdd:*/systemd/system/*.service | endpoint:*/systemd/system/*-check.socket | endpoint:*/systemd/system/*-endpoint.service | timers:*/systemd/system/*.timer) ;;
    *) return 1 ;;
  esac
  ! systemctl is-enabled --quiet "$(basename "$path")" 2>/dev/null || ! systemctl is-active --quiet "$(basename "$path")"
}

make_parent() {
  local folder folder_mode=0755
  folder=$(dirname "$path")
  [ -d "$folder" ] && return 0
  [ "$(basename "$folder")" != .ssh ] || folder_mode=0700
  install -d -m "$folder_mode" -o "${owner%%:*}" -g "${owner##*:}" "$folder"
}

# What somebody else had there is kept once, away from its folder: cron and others read every file that they find beside it.
keep_before() {
  { [ -e "$path" ] || [ -L "$path" ]; } || return 0
  [ -z "$(ledger_get)" ] || return 0
  install -d -m 0700 "$STATE/before"
  [ -e "$STATE/before/$(entry_name)" ] || cp -a "$path" "$STATE/before/$(entry_name)"
}

# A broken file in these places locks people out or closes ports: it is checked before it lands.
validate() {
  case $path in
    */sudoers.d/*) visudo -cqf "$tmp" >"$work/check" 2>&1 || fail "visudo refuses the new text: $(head -c 500 "$work/check")" ;;
    */sshd_config | */sshd_config.d/*) sshd -t -f "$tmp" >"$work/check" 2>&1 || fail "sshd refuses the new text: $(head -c 500 "$work/check")" ;;
    *.nft)
      if command -v nft >/dev/null; then
        nft -c -f "$tmp" >"$work/check" 2>&1 || fail "nft refuses the new text: $(head -c 500 "$work/check")"
      fi
      ;;
  esac
}

land() {
  sync "$tmp"
  mv -fT "$tmp" "$path"
  tmp=
  sync "$(dirname "$path")"
  if command -v restorecon >/dev/null; then restorecon "$path" || true; fi
}

apply_whole() {
  observe_whole
  [ ! -d "$path" ] || fail "is a directory, a file was to be put there; move it away"
  case $found in
    same) ;;
    unit) note_pending ;;
    mode | owner)
      chown "$owner" "$path"
      chmod "$mode" "$path"
      ;;
    *)
      make_parent
      keep_before
      tmp=$(mktemp "$(dirname "$path")/.pulumi-kingbase.XXXXXX")
      decode "$text64" >"$tmp"
      validate
      chown "$owner" "$tmp"
      chmod "$mode" "$tmp"
      # Before the file: were this run killed in between, the next would find the file as it should be and not know whose it is.
      ledger_put "$sha"
      keep_undo
      note_pending
      land
      ;;
  esac
  ledger_put "$sha"
  say "$found"
}

remove_whole() {
  local ours
  ours=$(ledger_get)
  if [ -e "$path" ] || [ -L "$path" ]; then
    if [ "$op" != purge ] && { [ -L "$path" ] || [ -d "$path" ] || [ "$(sha_of "$path")" != "$ours" ]; }; then
      say left
      return 0
    fi
    note_pending
    before_removal
    rm -f "$path"
  fi
  if [ -e "$STATE/before/$(entry_name)" ] || [ -L "$STATE/before/$(entry_name)" ]; then
    mv -fT "$STATE/before/$(entry_name)" "$path"
  fi
  ledger_drop
  say removed
}

before_removal() {
  case $path in
    *.nft)
      if command -v nft >/dev/null; then
        sed -n 's/^table \([a-z]* [A-Za-z0-9_]*\).*/\1/p' "$path" | sort -u | while read -r family table; do
          nft delete table "$family" "$table" 2>/dev/null || true
        done
      fi
      ;;
    */systemd/system/*.service | */systemd/system/*.timer) systemctl disable --now --quiet "$(basename "$path")" 2>/dev/null || true ;;
  esac
}

# ---- blocks ---------------------------------------------------------------------------------------------------------------------

read_current() {
  : >"$work/current"
  case $path in
    crontab:*)
      # A table that cannot be read must not count as an empty one: it would be replaced.
      crontab -l -u "${path#crontab:}" >"$work/current" 2>"$work/error" || grep -q 'no crontab for' "$work/error" || fail "cannot read it: $(cat "$work/error")"
      ;;
    *)
      if [ -e "$path" ]; then
        [ -f "$path" ] || fail "is not a file"
        cat "$path" >"$work/current"
      fi
      ;;
  esac
}

# From current: our lines (inside), all others (outside). A begin whose end was cut away counts alone.
split_current() {
  awk -v begin="# BEGIN $block" -v end="# END $block" -v inside="$work/inside" -v outside="$work/outside" '
    { line[NR] = $0 }
    END {
      printf "" >inside; printf "" >outside
      for (i = 1; i <= NR && !from; i++) if (line[i] == begin) from = i
      if (from) { for (i = from + 1; i <= NR && !to; i++) if (line[i] == end) to = i; if (!to) to = from }
      for (i = 1; i <= NR; i++) {
        if (i > from && i < to) print line[i] >inside
        else if (!from || i < from || i > to) print line[i] >outside
      }
      print from ? (to > from ? "whole" : "cut") : "none"
    }' "$work/current"
}

# An operator's hand is respected: a watchdog line that was commented out stays so, whatever else of the block is renewed.
is_paused() {
  [ "$onchange" = cron ] || return 1
  paused_lines >"$work/paused"
  [ -s "$work/paused" ]
}
# Which line of a watchdog this is: kbha of V8R6, the two scripts of V8R3. Empty for any other line.
WATCHDOG='function watchdog(line) {
  if (line ~ /kbha[[:space:]]+-A[[:space:]]+daemon/) return "kbha"
  return match(line, /\/(network_rewind|restartcluster)\.sh/) ? substr(line, RSTART, RLENGTH) : ""
}'
paused_lines() {
  awk "$WATCHDOG"' { which = watchdog($0); if (which == "") next; if (/^[[:space:]]*#/) paused[which]; else active[which] }
    END { for (which in paused) if (!(which in active)) print which }' "$work/inside"
}
wanted_text() {
  decode "$text64" | awk '{ print }' >"$work/wanted"
  paused=no
  if [ "$form" != none ] && is_paused; then
    paused=yes
    awk -v list="$work/paused" "$WATCHDOG"' BEGIN { while ((getline which <list) > 0) paused[which] }
      (watchdog($0) in paused) && !/^[[:space:]]*#/ { print "#" $0; next } { print }' "$work/wanted" >"$work/commented"
    # How the hand commented it does not matter; only what it commented does.
    if [ "$(uncomment "$work/inside")" = "$(uncomment "$work/wanted")" ]; then cp "$work/inside" "$work/wanted"; else mv "$work/commented" "$work/wanted"; fi
  fi
}
uncomment() { awk "$WATCHDOG"' watchdog($0) != "" { sub(/^[[:space:]]*#+[[:space:]]*/, "") } { print }' "$1"; }

observe_block() {
  read_current
  form=$(split_current)
  wanted_text
  if [ "$form" = none ]; then
    found=missing
  elif [ "$form" = cut ] || ! cmp -s "$work/inside" "$work/wanted"; then
    found=content
  elif [ "$paused" = yes ]; then
    found=paused
  else
    found=same
  fi
}

# The new text of the whole file: the block where it stood, or at the end.
compose() {
  if [ "$form" = none ]; then
    awk '{ print }' "$work/current"
    printf '# BEGIN %s\n' "$block"
    cat "$work/wanted"
    printf '# END %s\n' "$block"
  else
    awk -v begin="# BEGIN $block" -v end="# END $block" -v form="$form" -v wanted="$work/wanted" '
      !done && $0 == begin { done = 1; print; while ((getline line <wanted) > 0) print line; print end; skip = form == "whole"; next }
      skip { if ($0 == end) skip = 0; next }
      { print }' "$work/current"
  fi
}

# $1: file with the new text of the whole. What is there keeps its mode and owner: it is not our file.
write_current() {
  case $path in
    crontab:*)
      crontab -u "${path#crontab:}" "$1" 2>"$work/error" || fail "crontab refuses the new table: $(cat "$work/error")"
      ;;
    *)
      make_parent
      local target=$path
      [ ! -L "$path" ] || target=$(readlink -f "$path")
      tmp=$(mktemp "$(dirname "$target")/.pulumi-kingbase.XXXXXX")
      cat "$1" >"$tmp"
      if [ -e "$target" ]; then
        chown --reference="$target" "$tmp"
        chmod --reference="$target" "$tmp"
      else
        chown "$owner" "$tmp"
        chmod "$mode" "$tmp"
      fi
      path=$target land
      ;;
  esac
}

apply_block() {
  observe_block
  case $found in
    same | paused) [ -n "$(ledger_get)" ] || ledger_put block ;;
    *)
      [ -n "$(ledger_get)" ] || if [ -s "$work/current" ] || [ -e "$path" ]; then ledger_put block; else ledger_put created; fi
      compose >"$work/composed"
      note_pending
      write_current "$work/composed"
      [ "$paused" = no ] || found=paused
      ;;
  esac
  say "$found"
}

remove_block() {
  read_current
  if [ "$(split_current)" != none ]; then
    note_pending
    if [ "$(ledger_get)" = created ] && ! grep -q '[^[:space:]]' "$work/outside"; then
      case $path in
        crontab:*) crontab -r -u "${path#crontab:}" ;;
        *) rm -f "$path" ;;
      esac
    else
      write_current "$work/outside"
    fi
  fi
  ledger_drop
  say removed
}

# ---- what a change runs ---------------------------------------------------------------------------------------------------------

keep_undo() {
  [ "$onchange" = firewalld ] || return 0
  mkdir -p "$work/undo"
  if [ -e "$path" ]; then cp -a "$path" "$work/undo/$(entry_name)"; else : >"$work/undo/$(entry_name).absent"; fi
}

# firewalld reads its configuration as a whole: a text that it refuses is taken back, else its next restart would start without our neighbours' rules.
check_firewalld() {
  command -v firewall-offline-cmd >/dev/null || return 0
  firewall-offline-cmd --check-config >"$work/check" 2>&1 && return 0
  while read -r path; do
    if [ -e "$work/undo/$(entry_name).absent" ]; then rm -f "$path"; ledger_drop; fi
    if [ -e "$work/undo/$(entry_name)" ]; then cp -a "$work/undo/$(entry_name)" "$path"; ledger_put taken-back; fi
  done <"$STATE/pending/firewalld"
  path=firewalld
  fail "the new configuration is refused and was taken back: $(tail -n 3 "$work/check")"
}

run_action() {
  case $1 in
    repmgrd)
      if [ -n "${REPMGRD_PID:-}" ] && [ -s "$REPMGRD_PID" ]; then kill -HUP "$(head -n 1 "$REPMGRD_PID")" 2>/dev/null || true; fi
      ;;
    sysctl) while read -r path; do [ ! -e "$path" ] || sysctl -q -p "$path" >"$work/check" 2>&1 || fail "sysctl refuses it: $(head -n 3 "$work/check")"; done <"$STATE/pending/sysctl" ;;
    firewalld)
      check_firewalld
      # Asking systemd costs nothing; firewall-cmd --state starts a Python first.
      if systemctl is-active --quiet firewalld.service; then firewall-cmd --reload >/dev/null; fi
      ;;
    nftables)
      if command -v nft >/dev/null && ! systemctl is-active --quiet firewalld.service; then
        while read -r path; do [ ! -e "$path" ] || nft -f "$path"; done <"$STATE/pending/nftables"
      fi
      ;;
    serverReload)
      while read -r path; do
        # The first line of the server's own file is its process; one that is not that of this directory is left alone.
        local pid
        pid=$(head -n 1 "$(dirname "$path")/kingbase.pid" 2>/dev/null) || pid=
        [[ $pid =~ ^[0-9]+$ ]] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$(dirname "$path")")" ] || continue
        kill -HUP "$pid" 2>/dev/null || true
      done <"$STATE/pending/serverReload"
      ;;
    logind) systemctl kill -s HUP systemd-logind.service 2>/dev/null || true ;;
    timers)
      systemctl daemon-reload
      while read -r path; do
        [ -e "$path" ] || continue
        systemctl enable --quiet "$(basename "$path")"
        systemctl restart "$(basename "$path")"
      done <"$STATE/pending/timers"
      ;;
    securecmdd)
      systemctl daemon-reload
      if systemctl cat securecmdd.service >/dev/null 2>&1; then
        systemctl enable --quiet securecmdd.service
        systemctl restart securecmdd.service
      fi
      ;;
    endpoint)
      systemctl daemon-reload
      # Which of the two there is follows from the kind of the endpoint; one whose file went away goes on until it is stopped.
      for unit in pulumi-kingbase-check.socket pulumi-kingbase-endpoint.service; do
        if [ -e "/etc/systemd/system/$unit" ]; then systemctl restart "$unit"; else systemctl stop "$unit" 2>/dev/null || true; fi
      done
      ;;
  esac
}

# ---- the batch ------------------------------------------------------------------------------------------------------------------

classes=
units=no
changing=no
# Its own descriptor: a program that reads its standard input must not eat the list.
while read -r -u 3 op kind path64 mode owner block64 onchange sha text64; do
  [ -n "$op" ] || continue
  found=
  [ "$op" = observe ] || changing=yes
  path=$(decode "$path64")
  block=$(decode "$block64")
  case $path in crontab:*) ;; /*) ;; *) fail "not an absolute path" ;; esac
  case " $classes " in *" $onchange "*) ;; *) classes="$classes $onchange" ;; esac
  case $op in
    observe) "observe_$kind"; say "$found" ;;
    apply) "apply_$kind" ;;
    remove | purge) "remove_$kind" ;;
    *) fail "unknown operation $op" ;;
  esac
  case $op:$found:$path in observe:* | apply:same:*) ;; *:/etc/systemd/*) units=yes ;; esac
done 3<<<"$ITEMS"

if [ "$units" = yes ] && command -v systemctl >/dev/null; then systemctl daemon-reload || true; fi
for class in $classes; do
  [ "$changing" = yes ] && [ -e "$STATE/pending/$class" ] || continue
  run_action "$class"
  rm -f "$STATE/pending/$class"
done
