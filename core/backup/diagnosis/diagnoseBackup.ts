/** From everything that was read to the faults, causes first. What could not be read, and what no rule knows, is said. */
import { FAULTS } from './faults';
import { gatherTexts } from './gatherTexts';
import { hostsOf } from './looking';
import { sightingsIn, toFault } from './recogniseText';
import type { BackupDiagnosis, BackupEvidence, CureContext, FaultRule, NodeEvidence } from './types';

export function diagnoseBackup(evidence: BackupEvidence, rules: readonly FaultRule[] = FAULTS): BackupDiagnosis {
  const texts = gatherTexts(evidence);
  const context = contextOf(evidence);
  const known = new Set<(typeof texts)[number]>();
  const faults = rules.flatMap((rule) => {
    const said = texts.flatMap((text) => {
      const lines = sightingsIn(rule, text);
      if (lines.length > 0) known.add(text);
      return lines;
    });
    const sightings = [...(rule.look?.(evidence) ?? []), ...said];
    return sightings.length === 0 ? [] : [toFault(rule, context, sightings)];
  });
  const unknown = texts.filter((text) => !known.has(text));
  const unread = evidence.nodes.flatMap(unreadOf);
  return { healthy: faults.length === 0 && unknown.length === 0 && unread.length === 0, faults, unknown, unread };
}

function contextOf(evidence: BackupEvidence): CureContext {
  const { backup } = evidence;
  const host = hostsOf(evidence)[0] ?? evidence.nodes[0];
  const data = evidence.nodes.find(({ target }) => target.role === 'database')?.target.data;
  return {
    stanza: backup.stanza,
    conf: backup.conf,
    repository: backup.repositories[0]?.path ?? '',
    bin: host?.target.bin ?? '',
    log: host?.target.log ?? '',
    data: data ?? '',
    user: host?.target.osUser ?? '',
    host: host?.name ?? '',
    state: host?.target.state ?? '',
  };
}

/** A part that is not there must have been named by whoever read it; where it was not, it is named here. */
function unreadOf(node: NodeEvidence): string[] {
  const isDatabase = node.target.role === 'database';
  const named = node.unread.map(({ what, reason }) => `${node.name}: ${what} could not be read: ${reason}`);
  const silent: [string, boolean][] = [
    ['its host', node.machine === undefined],
    ['what it knows of the backups', node.backup === undefined],
    ['its server', isDatabase && node.server === undefined],
    ['the catalogue', node.runsBackups && node.backup !== undefined && node.backup.catalogue === undefined],
    ['sys_rman check', node.runsBackups && node.machine !== undefined && node.machine.check === null],
  ];
  const missing = silent.filter(([, isMissing]) => isMissing).map(([what]) => what);
  return named.length > 0 || missing.length === 0
    ? named
    : missing.map((what) => `${node.name}: ${what} could not be read`);
}
