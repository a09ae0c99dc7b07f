import { describe, expect, it } from 'vitest';
import { judgeArmed, type ArmedFacts } from '../../../core/backup/armed';
import type { BackupReport } from '../../../core/backup/observation';

const backup = { findings: [] as string[] } as unknown as BackupReport;
const node = { name: 'node1', role: 'primary', automation: 'active', repmgrdPaused: false, licenseDays: 30 } as const;
const facts = (changes: Partial<ArmedFacts> = {}): ArmedFacts => ({
  reasons: [],
  nodes: [node],
  licenseMinDays: 30,
  backup,
  ...changes,
});

describe('judgeArmed', () => {
  it('says yes where nothing speaks against it', () => {
    expect(judgeArmed(facts())).toEqual({ armed: true, reasons: [] });
  });

  it.each([
    [
      'an unhealthy cluster',
      { reasons: ['node2: its database does not answer'] },
      'node2: its database does not answer',
    ],
    ['no declared backups', { backup: undefined }, 'no backups are declared'],
    [
      'a finding about backups',
      { backup: { ...backup, findings: ['there is no full backup'] } },
      'there is no full backup',
    ],
    [
      'a paused watchdog',
      { nodes: [{ ...node, automation: 'paused' as const }] },
      'node1: its automation is paused: the cron line of kbha is commented out',
    ],
    [
      'a missing watchdog',
      { nodes: [{ ...node, automation: 'missing' as const }] },
      'node1: the cron line of kbha is missing',
    ],
    [
      'a licence that ends soon',
      { nodes: [{ ...node, licenseDays: 29 }] },
      'node1: its licence ends in 29 days (install.licenseMinDays is 30): no database starts after that',
    ],
    ['a paused repmgrd', { nodes: [{ ...node, repmgrdPaused: true }] }, 'node1: repmgrd is paused'],
  ])('says no for %s', (_, changes, reason) => {
    expect(judgeArmed(facts(changes))).toEqual({ armed: false, reasons: [reason] });
  });

  it.each([
    ['a build without the function', null],
    ['a licence without an end, or however else the vendor means 0', 0],
    ['the day of the threshold', 30],
  ])('says nothing of the licence for %s', (_, licenseDays) => {
    expect(judgeArmed(facts({ nodes: [{ ...node, licenseDays }] })).armed).toBe(true);
  });

  it('takes the threshold that is declared', () => {
    expect(judgeArmed(facts({ nodes: [{ ...node, licenseDays: 29 }], licenseMinDays: 29 })).armed).toBe(true);
    expect(judgeArmed(facts({ nodes: [{ ...node, licenseDays: 80 }], licenseMinDays: 90 })).reasons).toEqual([
      'node1: its licence ends in 80 days (install.licenseMinDays is 90): no database starts after that',
    ]);
  });

  it('asks nothing of nodes without a watchdog, and says each reason once', () => {
    const repository = {
      ...node,
      name: 'repo',
      role: 'repository' as const,
      automation: null,
      repmgrdPaused: null,
      licenseDays: null,
    };
    const said = judgeArmed(facts({ nodes: [node, repository], reasons: ['x', 'x'] }));
    expect(said.reasons).toEqual(['x']);
  });
});
