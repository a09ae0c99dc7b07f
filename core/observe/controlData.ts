/** Reads sys_controldata's report (English messages), which answers also where the server is down. */
import type { ControlData } from './types';

/** Its words where the checksum is wrong; it prints whatever it finds then, and ends with 0 all the same. */
const CORRUPT = /checksum does not match|untrustworthy/i;

export function isCorruptControl(text: string): boolean {
  return CORRUPT.test(text);
}

export function parseControlData(text: string): ControlData | undefined {
  if (isCorruptControl(text)) return undefined;
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([^:]+):\s+(.*)$/.exec(line.trimEnd());
    if (match !== null) {
      fields.set((match[1] ?? '').trim().toLowerCase(), (match[2] ?? '').trim());
    }
  }
  const systemIdentifier = fields.get('database system identifier') ?? '';
  const timeline = Number(fields.get("latest checkpoint's timelineid") ?? '');
  if (!/^\d+$/.test(systemIdentifier) || !Number.isInteger(timeline) || timeline < 1) {
    return undefined;
  }
  const minRecovery = fields.get('minimum recovery ending location');
  return {
    systemIdentifier,
    state: fields.get('database cluster state') ?? 'unknown',
    timeline,
    checkpointLsn: fields.get('latest checkpoint location') ?? '0/0',
    minRecoveryLsn: minRecovery === undefined || minRecovery === '0/0' ? undefined : minRecovery,
  };
}
