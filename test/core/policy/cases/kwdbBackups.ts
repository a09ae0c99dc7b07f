import { resource, type PolicyCase, type Sample } from '../sample';

const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
// The clock of the cases stands at 2026-11-21 10:00.
const VERIFIED = { run: '20261121T023000Z', at: '2026-11-21T05:30:12Z', findings: [] };
const GOOD = {
  lastGood: '20261121T023000Z',
  lastRun: '20261121T023000Z',
  runs: 3,
  timer: 'active',
  findings: [],
  verifyTimer: 'active',
  verified: VERIFIED,
};
const looked = (observed: Record<string, unknown> | undefined, gap = 86_400, verifyGap = 86_400): Sample => [
  resource(
    `${DYNAMIC}KwdbBackup`,
    {
      target: JSON.stringify({ cluster: 'plant', name: 'kw1' }),
      backup: JSON.stringify({ longestGapSeconds: gap, verifyGapSeconds: verifyGap }),
      ...(observed === undefined ? {} : { observed }),
    },
    'plant-look',
  ),
];
const report = (more: Record<string, unknown>, gap?: number, verifyGap?: number): Sample =>
  looked({ reachable: true, report: { ...GOOD, ...more } }, gap, verifyGap);
const NOT_YET = 'plant: the backups have not been looked at yet';
const SILENT = looked({ reachable: false, reason: 'no route to host' });

/** Rules about what a node showed of its backups. */
export const kwdbBackupCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-kwdb-require-recent-backup',
    passes: [
      report({}),
      report({ lastGood: '20261120T043000Z' }),
      [report({ lastGood: '20261119T093000Z' }), { graceHours: 25 }],
    ],
    fails: [
      [looked(undefined), [NOT_YET]],
      [SILENT, ['plant: its backups could not be looked at: no route to host']],
      [report({ lastGood: undefined, runs: 0 }), ['plant: no run of the backup was good yet']],
      [report({ lastGood: '20261119T023000Z' }), ['plant: the last good run, 20261119T023000Z, was 2.3 days ago']],
      [
        report({ timer: 'inactive', lastGood: '20261121T003000Z' }, 3600),
        [
          'plant: its timer is not active: no run will come',
          'plant: the last good run, 20261121T003000Z, was 10 hours ago',
        ],
      ],
      [report({ timer: 'inactive' }), ['plant: its timer is not active: no run will come']],
    ],
  },
  {
    rule: 'kingbase-kwdb-require-verified-backup',
    passes: [
      report({}),
      // The first run came, and is not a day old: there is nothing yet that could have been read again.
      report({ verified: undefined, lastGood: undefined }),
      report({ verified: { ...VERIFIED, at: '2026-11-19T22:30:00Z' } }),
      [report({ verified: { ...VERIFIED, at: '2026-11-18T22:30:00Z' } }), { graceHours: 48 }],
    ],
    fails: [
      [looked(undefined), [NOT_YET]],
      [SILENT, ['plant: its backups could not be looked at: no route to host']],
      [report({}, 86_400, 0), ['plant: backup.verifySchedule is never: no run is read again']],
      [report({ verifyTimer: 'inactive' }), ['plant: the timer of its verification is not active']],
      [report({ verified: undefined }), ['plant: no run was read again yet']],
      [
        report({ verified: { ...VERIFIED, findings: ['20261121T023000Z: counts.tsv: FAILED'] } }),
        ['plant: read again, 20261121T023000Z: counts.tsv: FAILED'],
      ],
      [
        report({ verified: { ...VERIFIED, at: '2026-11-19T09:00:00Z' } }),
        ['plant: its runs were last read again 2 days ago (20261121T023000Z)'],
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-require-complete-manifest',
    passes: [report({})],
    fails: [
      [looked(undefined), [NOT_YET]],
      [
        report({ findings: ['plant.meter: has 3 rows, and there is no CSV file of it'] }),
        ['plant: plant.meter: has 3 rows, and there is no CSV file of it'],
      ],
    ],
  },
  {
    rule: 'kingbase-kwdb-require-copied-backup',
    passes: [report({}), report({ copied: true })],
    fails: [
      [looked(undefined), [NOT_YET]],
      [
        report({ copied: false, copyReason: 'Permission denied (publickey).' }),
        ['plant: its last good run is not copied off the machine: Permission denied (publickey).'],
      ],
    ],
  },
];
