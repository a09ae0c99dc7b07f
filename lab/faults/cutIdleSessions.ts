// client_idle_timeout for everybody: the session that a backup holds open while it copies files is closed.
import { awake, onNode } from './backupShell';
import { nodeOf, wholeNumber, type Fault, type FaultCall } from './fault';

const NAME = 'cut-idle-sessions';
const MARK = '# lab: cut-idle-sessions';

export const cutIdleSessions: Fault = {
  name: NAME,
  description: 'client_idle_timeout of a node closes sessions idle for --seconds 1 (default)',
  target: 'node',
  kind: 'lasting',
  options: { seconds: 'how long a session may be idle' },
  check: (call) => void seconds(call),
  async apply(call) {
    await onNode(
      call,
      NAME,
      `
      sed -i '/${MARK}$/d' "$data/es_rep.conf"
      printf 'client_idle_timeout=%s ${MARK}\\n' ${seconds(call)} >>"$data/es_rep.conf"
      reload`,
    );
    return `${nodeOf(call).name} closes sessions that are idle for ${seconds(call)} s`;
  },
  async undo(call) {
    await awake(call);
    await onNode(call, NAME, `sed -i '/${MARK}$/d' "$data/es_rep.conf"; reload || true`);
    return `${nodeOf(call).name} leaves idle sessions alone`;
  },
};

function seconds(call: FaultCall): number {
  return wholeNumber(call, 'seconds', 1, 1);
}
