/** Turns the JSON document of templates/scripts/diagnoseBackup.sh into MachineEvidence. */
import type { MachineEvidence } from './types';

const PARTS: readonly (keyof MachineEvidence)[] = [
  ...(['addresses', 'rman', 'conf', 'vendorConf', 'logind', 'kernel', 'memory', 'oom', 'repositories'] as const),
  ...(['wal', 'locks', 'stopFiles', 'logs', 'serverLog', 'ssh', 'check', 'missingManifests'] as const),
];

export function parseMachine(json: string): MachineEvidence {
  const document = JSON.parse(json) as Partial<MachineEvidence> & { readonly format?: number };
  const missing = PARTS.filter((part) => document[part] === undefined);
  if (document.format !== 1 || missing.length > 0) {
    throw new Error(`not a document of format 1 about a host of backups (missing: ${missing.join(', ')})`);
  }
  return document as MachineEvidence;
}
