// The time of the control file's last change stands still, as on a volume whose clock stands: a backup takes it for the file it has already,
// leaves it out, and refuses itself ([055]).
import { awake, onNode } from './backupShell';
import { nodeOf, type Fault } from './fault';

const NAME = 'freeze-control-time';
const UNIT = 'lab-freeze-control-time';

/** A checkpoint writes the file; soon after, it has the old time again. */
const HOLD = `import os, sys, time
path = sys.argv[1]
held = os.stat(path).st_mtime_ns
while True:
    if os.stat(path).st_mtime_ns != held:
        os.utime(path, ns=(held, held))
    time.sleep(0.005)`;

export const freezeControlTime: Fault = {
  name: NAME,
  description: "the time of the last change of a node's control file stands still",
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    await onNode(
      call,
      NAME,
      `
      mkdir -p "$kept"
      cat >"$kept/hold.py" <<'PROGRAM'
${HOLD}
PROGRAM
      systemctl is-active --quiet ${UNIT} || systemd-run --quiet --unit=${UNIT} /usr/bin/python3 "$kept/hold.py" "$(echo "$data"/global/*_control)"`,
    );
    return `the control file of ${nodeOf(call).name} keeps its time of now`;
  },
  async undo(call) {
    await awake(call);
    await onNode(call, NAME, `systemctl stop ${UNIT} 2>/dev/null || true; drop_kept; sql checkpoint`);
    return `the control file of ${nodeOf(call).name} has the time of its last change`;
  },
};
