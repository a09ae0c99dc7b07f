# shellcheck shell=bash disable=SC2034,SC2154
# Whole file of pulumi-kingbase. Action preserveEvidence: what this node shows of an incident, in one archive with checksums and a manifest, before
# anything is repaired; sourced by action.sh. Nothing is stopped and nothing is changed.
ACTION_FIELDS='node data'
ACTION_STEPS='keep pack'

place() { echo "$ledger/evidence-$KB_NAME.tar.gz"; }
with_data() { [ "${KB_IN_data:-false}" = true ]; }
kib() { { du -skL -- "$@" 2>/dev/null || true; } | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

action_plan() {
  local need free
  kb_layout "$KB_DATA"
  need=65536
  if with_data; then
    kb_is_data "$KB_DATA" || refuse evidence/no-data "$KB_DATA holds no database" 'Leave `data` out: logs and configuration are kept without it.'
    ! server_runs || refuse evidence/server-runs "a database runs in $KB_DATA: a copy of its files while it writes is no evidence" \
      'Leave `data` out, or stop that database first. A backup of a running one: npm run drill, or the action restoreToPoint aside.'
    need=$((need + $(kib "$KB_DATA" "$KB_WAL")))
  fi
  free=$(df -Pk "$KB_STATE" | awk 'NR == 2 { print $4 }')
  say "control data, configuration, logs, processes, mounts, addresses, cron and the kernel's messages of $KB_NAME$(with_data && echo ', and a copy of the data directory') into $(place)"
  say "up to $((need / 1024)) MiB are needed below $KB_STATE, $((free / 1024)) MiB are free; nothing is stopped or changed"
  [ "$need" -lt "$free" ] || refuse evidence/no-room "up to $((need / 1024)) MiB are needed below $KB_STATE, and $((free / 1024)) MiB are free" \
    'Make room there, or mount a larger volume at that path.'
}

# kept NAME COMMAND…: what it prints, and what it complains of; a tool that fails is part of what was found.
kept() {
  local name=$1
  shift
  { timeout -k 5 30 "$@" 2>&1 || echo "(exit code $?)"; } >"$ledger/evidence/machine/$name.txt"
}

step_keep() {
  rm -rf "$ledger/evidence"
  keep_evidence
  install -d -m 0700 "$ledger/evidence/machine"
  kept processes ps -eo pid,ppid,user,lstart,stat,wchan:32,args
  kept mounts findmnt
  kept disks df -PT
  kept inodes df -Pi
  kept addresses ip addr
  kept neighbours ip neigh
  kept memory free -m
  kept kernel dmesg -T
  kept journal journalctl --no-pager -o short-iso-precise --since '24 hours ago' -n 20000
  kept cron bash -c 'for each in /etc/cron.d/*; do echo "== $each"; cat "$each"; done; echo "== crontab"; crontab -u "$0" -l' "$KB_USER"
  kept cluster runuser -u "$KB_USER" -- env HOME="$KB_HOME" LC_ALL=C KINGBASE_PASSFILE="$KB_PASSFILE" "$KB_BIN/repmgr" -f "$KB_CONF" cluster show
  kept events runuser -u "$KB_USER" -- env HOME="$KB_HOME" LC_ALL=C KINGBASE_PASSFILE="$KB_PASSFILE" "$KB_BIN/repmgr" -f "$KB_CONF" cluster event --limit 200
  if with_data; then
    say "copying $KB_DATA"
    cp -aL --sparse=auto -- "$KB_DATA" "$ledger/evidence/copy"
  fi
  write_manifest "$ledger/evidence"
}

step_pack() {
  tar -C "$ledger" -czf "$(place).new" evidence
  sync "$(place).new"
  mv -fT "$(place).new" "$(place)"
  (cd "$ledger" && sha256sum "$(basename "$(place)")") >"$(place).sha256"
  # Proved by reading it back, against its own list of checksums.
  rm -rf "$ledger/proof"
  install -d -m 0700 "$ledger/proof"
  tar -C "$ledger/proof" -xzf "$(place)" evidence
  (cd "$ledger/proof/evidence" && sha256sum --quiet -c SHA256SUMS) || die "$(place) does not hold what was read: the volume of $KB_STATE may be going bad"
  rm -rf "$ledger/proof" "$ledger/evidence"
  say "$(place): $(stat -c %s "$(place)") bytes; the checksums of every file were read back"
}

action_result() {
  printf '"archive":%s,"bytes":%s,"sha256":%s' "$(json_string "$(place)")" "$(stat -c %s "$(place)")" "$(json_string "$(cut -d' ' -f1 "$(place).sha256")")"
}
