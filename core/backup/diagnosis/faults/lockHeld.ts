/** Another run holds the lock of the stanza, or did not give it back. */
import type { FaultRule, NodeEvidence, Sighting } from '../types';
import { hostsOf } from '../looking';

export const lockHeld: FaultRule = {
  id: 'backup/locked',
  title: 'another run holds the lock of the backups',
  severity: 'fault',
  reference: 'backup guide, FAQ: [050] unable to acquire lock',
  texts: [/unable to acquire lock on file/, /\[050\]/],
  look: (evidence) => hostsOf(evidence).flatMap(lookAt),
  cure: (context, sightings) => {
    const pids = [...new Set(sightings.flatMap(({ about }) => (about?.['pid'] === undefined ? [] : [about['pid']])))];
    return [
      {
        text: 'If that run is a backup at work, wait for it. A lock file that nobody holds is no obstacle: sys_rman takes it.',
        on: context.host,
        command: pids.length === 0 ? 'ls -l /tmp/sys_rman' : `ps -o pid,etime,args -p ${pids.join(',')}`,
      },
      ...pids.map((pid) => ({
        text: `Only where process ${pid} is no backup at work (see its command above): end it.`,
        on: context.host,
        command: `kill ${pid}`,
      })),
    ];
  },
};

/** A backup that runs now is not a fault. */
function lookAt({ name, machine, backup }: NodeEvidence): Sighting[] {
  const isAtWork =
    (backup?.jobs ?? []).some(({ job, exitCode }) => exitCode === null && job !== 'drill') ||
    backup?.unitActive === true;
  return (machine?.locks ?? [])
    .filter(({ held, command }) => held && !isAtWork && !/sys_rman.*\s(backup|expire)\b/.test(command))
    .map(({ path, pid, command }) => ({
      node: name,
      found: `${path} is held by ${pid === null ? 'a process that could not be found' : `process ${pid}: ${command}`}`,
      ...(pid === null ? {} : { about: { pid: String(pid) } }),
    }));
}
