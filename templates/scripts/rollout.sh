# Steps of a rollout on one node, chosen by KB_STEPS. Needs layout.sh, node.sh, instance.sh.

# Notes on this node that we paused repmgrd: a run after ours that was killed may then undo it. An operator's pause has no note.
mark_pause() {
  put_ledger rollout.json "$(printf '{"cluster":"%s","paused":true}' "$KB_CLUSTER")"
}

restart_server() {
  local code=0
  # Seen under the lock: restart would start a server that was stopped since it was observed, a former primary after a failover for one.
  server_runs || look_again "no database runs in $KB_DATA any more; nothing was changed"
  # The shorter the shutdown checkpoint, the shorter the outage.
  kb_sql "$KB_DB" <<<'CHECKPOINT;' >/dev/null 2>&1 || true
  # Another one (kbha) may start it between stop and start: what counts is that it answers afterwards, and with the new values.
  kb_daemon timeout 190 "$KB_BIN/sys_ctl" -w -t 180 -m fast -l "$KB_LOG" -D "$KB_DATA" restart || code=$?
  wait_until 60 server_answers || {
    tail -n 15 "$KB_LOG" >&2 || true
    die "the database in $KB_DATA does not answer after its restart (exit code $code); its log is $KB_LOG and below $KB_DATA"
  }
}

# Every standby of KB_STANDBYS ("'node2','node3'", KB_STANDBY_COUNT of them) streams and has replayed all but KB_LAG_BYTES. Run on the primary.
all_stream() {
  [ "$(kb_sql "$KB_DB" <<<"SELECT count(*) FROM sys_stat_replication WHERE state = 'streaming' AND application_name IN ($KB_STANDBYS)
    AND sys_wal_lsn_diff(sys_current_wal_lsn(), replay_lsn) <= $KB_LAG_BYTES;" 2>/dev/null)" = "$KB_STANDBY_COUNT" ]
}

# pause or unpause: `repmgr service`; old V8R6 builds know it as `repmgr daemon`. That is tried only where the first name seems to be
# unknown: a repmgr that hangs would otherwise be waited for twice.
repmgr_service() {
  local said
  said=$(kb_repmgr service "$1" 2>&1) && return 0
  case $said in
    *nknown* | *nvalid* | *sage:*) kb_repmgr daemon "$1" >/dev/null 2>&1 && return 0 ;;
  esac
  tail -n 20 <<<"$said" >&2
  die "repmgr service $1 failed"
}

main() {
  take_lock
  local step
  for step in $KB_STEPS; do
    case $step in
      mark) mark_pause ;;
      unmark) rm -f "$KB_STATE/rollout.json" ;;
      pause) repmgr_service pause ;;
      unpause) repmgr_service unpause ;;
      reload) kb timeout 30 "$KB_BIN/sys_ctl" -D "$KB_DATA" reload >/dev/null ;;
      restart) restart_server ;;
      streaming)
        [ "$KB_STANDBY_COUNT" = 0 ] || wait_until "$KB_STREAMING_SECONDS" all_stream ||
          die "not every standby ($KB_STANDBYS) streams without lag after $KB_STREAMING_SECONDS s"
        ;;
      switchover) KB_REPMGR_SECONDS=300 repmgr_quietly standby switchover --siblings-follow ;;
      *) die "unknown step $step" ;;
    esac
  done
}

main
