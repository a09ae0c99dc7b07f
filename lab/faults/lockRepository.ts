// Somebody holds the lock of the stanza's backups: another run, or one that hangs.
import { lastLine, onRepository } from './backupShell';
import { nodeOf, type Fault } from './fault';

const NAME = 'lock-repository';
const UNIT = 'lab-lock-repository';

export const lockRepository: Fault = {
  name: NAME,
  description: "a process on a node holds the lock of the stanza's backups",
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    const said = await onRepository(
      call,
      NAME,
      `
      directory=$(sed -n 's/^lock-path=//p' "$conf" | head -n 1)
      directory=\${directory:-/tmp/sys_rman}
      lock=$directory/$stanza-backup.lock
      install -d -o kingbase -g kingbase -m 0770 "$directory"
      as_kingbase touch "$lock"
      systemctl is-active --quiet ${UNIT} || systemd-run --quiet --unit=${UNIT} --uid=kingbase flock --no-fork "$lock" sleep infinity
      for try in 1 2 3 4 5 6 7 8 9 10; do flock --nonblock "$lock" true || break; sleep 0.2; done
      echo "$lock"`,
    );
    return `${lastLine(said)} of ${nodeOf(call).name} is held`;
  },
  async undo(call) {
    const node = nodeOf(call);
    if (!node.isRunning()) return `${node.name} is powered off; the lock went with it`;
    await onRepository(call, NAME, `systemctl stop ${UNIT} 2>/dev/null || true`);
    return `nobody holds the lock of ${node.name}`;
  },
};
