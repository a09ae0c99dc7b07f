/** The oom-killer took sys_rman. */
import { utc } from '../../../text/utc';
import { backUpAgain, lastSuccessSeconds, mebibytes } from '../looking';
import type { BackupEvidence, FaultRule, NodeEvidence, Sighting } from '../types';

export const outOfMemory: FaultRule = {
  id: 'backup/out-of-memory',
  title: 'the kernel killed sys_rman for want of memory',
  severity: 'fault',
  reference: 'backup guide, FAQ: OOM; /var/log/messages',
  texts: [/sys_rman.*(Killed|Out of memory)|out of memory|Cannot allocate memory|unable to allocate/i],
  look: (evidence) => evidence.nodes.flatMap((node) => lookAt(evidence, node)),
  cure: (context) => [
    {
      text: `See what takes the memory of ${context.host} (\`ps -eo rss,pid,args --sort=-rss | head\`) and whether it is limited (systemd-cgtop, memory.max). Then give it more, or lower backup.resources.processMax, or move backup.schedule to a quieter hour, and run \`pulumi up\`.`,
    },
    backUpAgain(context),
  ],
};

/** A backup that went through later makes it history. */
function lookAt(evidence: BackupEvidence, { name, machine }: NodeEvidence): Sighting[] {
  const since = lastSuccessSeconds(evidence);
  const lines = (machine?.oom ?? []).filter(
    ({ line, seconds }) => /sys_rman|pgbackrest/.test(line) && (seconds ?? 0) > since,
  );
  if (lines.length === 0) return [];
  const free = machine?.memory.availableBytes ?? null;
  const now = free === null ? '' : `; ${mebibytes(free)} are free now`;
  return lines.map(({ source, seconds, line }) => ({
    node: name,
    found: `${source}${seconds === null ? '' : ` ${utc(seconds)}`}: ${line}${now}`,
  }));
}
