// Every database of the cluster is down, and nobody starts one: there is nothing to back up.
import type { LabNode } from '../lab';
import type { Fault, FaultCall } from './fault';
import { quote } from './processes';

export const stopDatabases: Fault = {
  name: 'stop-databases',
  description: 'stop every database in order, and hold kbha and repmgrd still',
  target: 'lab',
  kind: 'lasting',
  async apply(call) {
    const nodes = databases(call);
    await Promise.all(
      nodes.map((node) =>
        node.script(`pkill -STOP -u kingbase -x kbha || true; pkill -STOP -u kingbase -x repmgrd || true`),
      ),
    );
    // The standbys first, or the primary waits for them.
    await Promise.all(
      nodes.map((node) => node.script(control(call, 'stop -m fast -w'), { as: 'kingbase', anyExit: true })),
    );
    return `no database runs on ${nodes.map((node) => node.name).join(', ')}`;
  },
  async undo(call) {
    const nodes = databases(call);
    await Promise.all(
      nodes.map((node) =>
        node.script(control(call, `start -w -l ${quote(`${call.lab.manifest().data}/../logfile`)}`), {
          as: 'kingbase',
          anyExit: true,
        }),
      ),
    );
    await Promise.all(
      nodes.map((node) =>
        node.script(`pkill -CONT -u kingbase -x kbha || true; pkill -CONT -u kingbase -x repmgrd || true`),
      ),
    );
    return `the databases run on ${nodes.map((node) => node.name).join(', ')}`;
  },
};

function databases(call: FaultCall): readonly LabNode[] {
  return call.lab.nodes().filter((node) => node.info().role === 'database' && node.isRunning());
}

function control(call: FaultCall, act: string): string {
  const { prefix, data } = call.lab.manifest();
  return `${quote(`${prefix}/bin/sys_ctl`)} -D ${quote(data)} ${act} >/dev/null`;
}
