/** Lines of cron that back up a stanza, wherever they stand on a host, whoever wrote them. */
import { CRON_FILE } from '../../topology/cronFile';
import type { BackupKind } from '../types';
import { hostsOf } from './looking';
import type { BackupEvidence, NodeEvidence } from './types';

export interface CronEntry {
  readonly node: string;
  /** `/etc/cron.d/KINGBASECRON:7` */
  readonly place: string;
  readonly active: boolean;
  readonly kind: BackupKind;
  readonly schedule: string;
  readonly text: string;
}

const KINDS: Readonly<Record<string, BackupKind>> = { full: 'full', diff: 'differential', incr: 'incremental' };

export function cronEntries(evidence: BackupEvidence): CronEntry[] {
  return hostsOf(evidence).flatMap((node) => [
    ...entriesIn(node, CRON_FILE, node.backup?.cronFile, evidence.backup.stanza),
    ...entriesIn(node, `crontab of ${node.target.osUser}`, node.backup?.crontab, evidence.backup.stanza),
  ]);
}

function entriesIn(node: NodeEvidence, file: string, text: string | undefined, stanza: string): CronEntry[] {
  return (text ?? '').split('\n').flatMap((line, at): CronEntry[] => {
    const match = /^\s*(#*)\s*((?:[\d*,/-]+\s+){4}[\d*,/A-Za-z-]+)\s+(.*)$/.exec(line);
    const type = /--type=(full|diff|incr)\s+backup\b/.exec(line)?.[1];
    const named = /--stanza[= ](\S+)/.exec(line)?.[1];
    if (match === null || type === undefined || (named !== undefined && named !== stanza)) return [];
    const [, hashes = '', schedule = ''] = match;
    return [
      {
        node: node.name,
        place: `${file}:${at + 1}`,
        active: hashes === '',
        kind: KINDS[type] ?? 'full',
        schedule: schedule.trim(),
        text: line.trim(),
      },
    ];
  });
}
