// Archiving fails for a while and segments wait in the data directory.
import { awake, lastLine, onNode } from './backupShell';
import { nodeOf, wholeNumber, type Fault, type FaultCall } from './fault';

const NAME = 'pile-up-wal';

export const pileUpWal: Fault = {
  name: NAME,
  description: 'archive_command of a node fails, and --segments 9 (default) wait for it',
  target: 'node',
  kind: 'lasting',
  options: { segments: 'how many segments of 16 MB wait at least' },
  check: (call) => void segments(call),
  async apply(call) {
    const said = await onNode(
      call,
      NAME,
      `
      sql "alter system set archive_command = 'false'"
      reload
      sleep 1
      waiting() { find "$data" -path '*/archive_status/*.ready' -regextype posix-extended -regex '.*/[0-9A-F]{24}\\.ready' | wc -l; }
      for round in $(seq $((${segments(call)} + 5))); do
        [ "$(waiting)" -lt ${segments(call)} ] || break
        sql "create table if not exists public.lab_pile_up (n int); insert into public.lab_pile_up values (1); select pg_switch_wal()" >/dev/null
      done
      sql 'drop table if exists public.lab_pile_up'
      waiting`,
    );
    return `${lastLine(said)} segments of ${nodeOf(call).name} wait for the archive`;
  },
  async undo(call) {
    await awake(call);
    await onNode(call, NAME, `sql 'alter system reset archive_command'; reload`);
    return `archive_command of ${nodeOf(call).name} is as its files say; the segments follow`;
  },
};

function segments(call: FaultCall): number {
  return wholeNumber(call, 'segments', 9, 1);
}
