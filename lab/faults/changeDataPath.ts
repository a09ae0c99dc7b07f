// The repository looks for the data in another directory than the database runs on.
import { awake, lastLine, onRepository } from './backupShell';
import { nodeOf, type Fault } from './fault';

const NAME = 'change-data-path';

export const changeDataPath: Fault = {
  name: NAME,
  description:
    "every kbN-path in a node's sys_rman.conf names a copy of the control data instead of the data directory",
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    const said = await onRepository(
      call,
      NAME,
      `
      keep "$conf" sys_rman.conf
      sed -i -E 's#^(kb[0-9]+-path)=.*#\\1=${ELSEWHERE}#' "$conf"
      echo "$conf"`,
    );
    for (const node of call.lab.nodes().filter((each) => each.info().role === 'database' && each.isRunning())) {
      await node.script(`
        mkdir -p ${ELSEWHERE}/global
        cp -p ${call.lab.manifest().data}/PG_VERSION ${ELSEWHERE}/
        cp -p ${call.lab.manifest().data}/global/*_control ${ELSEWHERE}/global/
        chown -R kingbase:kingbase ${ELSEWHERE}
        chmod -R go-rwx ${ELSEWHERE}`);
    }
    return `${lastLine(said)} of ${nodeOf(call).name} looks for the data in ${ELSEWHERE}`;
  },
  async undo(call) {
    await awake(call);
    await onRepository(call, NAME, `give_back sys_rman.conf "$conf"; drop_kept`);
    for (const node of call.lab.nodes().filter((each) => each.isRunning())) {
      await node.exec(['rm', '-rf', ELSEWHERE]);
    }
    return `sys_rman.conf of ${nodeOf(call).name} is as it was`;
  },
};

const ELSEWHERE = '/var/lib/kingbase-lab/elsewhere';
