// What the nodes said about backups. The clock of the cases stands at 2026-11-21T10:00:00Z.
import { failedDrill, observed, unread, unseen } from '../backupSample';
import { status, type PolicyCase } from '../sample';

const NOT_SEEN = 'lab: the repository has not been looked at yet';

export const backupStatusCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-status-require-recent-backup',
    passes: [observed(), status(undefined), status({}), [observed(), { today: '2026-11-22T07:59:00Z' }]],
    fails: [
      [unseen, [NOT_SEEN]],
      [unread, [NOT_SEEN]],
      [observed({ lastFull: null, lastBackup: null }), ['lab: the catalogue holds no full backup']],
      [
        observed({ lastFull: { label: '20261101-020000F', time: '2026-11-01T02:10:00Z' } }),
        ['lab: the last full backup, 20261101-020000F, ended 20.3 days ago; wanted: "weekly on Sunday 02:00"'],
      ],
      [
        observed({ lastBackup: { label: '20261120-040000I', time: '2026-11-20T03:00:00Z', kind: 'incremental' } }),
        ['lab: the last backup, 20261120-040000I, ended 31 hours ago; wanted: "daily 04:00"'],
      ],
      [
        observed(),
        ['lab: the last full backup, 20261115-020000F, ended 7.1 days ago; wanted: "weekly on Sunday 02:00"'],
        { graceHours: 2, today: '2026-11-22T05:00:00Z' },
      ],
    ],
  },
  {
    rule: 'kingbase-status-require-armed',
    passes: [status({ armed: { armed: true, reasons: [] } }), status({}), status(undefined)],
    fails: [
      [
        status({ armed: { armed: false, reasons: ['node2: repmgrd is paused', 'no backups are declared'] } }),
        ['lab: is not armed: node2: repmgrd is paused; no backups are declared'],
      ],
      [
        status({ armed: { armed: false, reasons: ['repo: no drill has passed yet'] } }),
        ['lab: is not armed: repo: no drill has passed yet'],
      ],
    ],
  },
  {
    rule: 'kingbase-status-require-recent-verify',
    passes: [observed(), status({})],
    fails: [
      [unseen, [NOT_SEEN]],
      [observed({ verifiedAt: null }), ['lab: no verify has ended well yet; at most 192 hours are wanted']],
      [
        observed({ verifiedAt: '2026-11-10T05:20:00Z' }),
        ['lab: the last good verify was 11.2 days ago; at most 192 hours are wanted'],
      ],
    ],
  },
  {
    rule: 'kingbase-status-require-recent-drill',
    passes: [observed(), status({})],
    fails: [
      [unseen, [NOT_SEEN]],
      [observed({ drilledAt: null, lastDrill: null }), ['lab: no drill has passed yet; at most 35 days are wanted']],
      [
        observed({ lastDrill: failedDrill }),
        [
          'lab: the last drill, 20261120-050000, failed: WAL segment 000000010000000000000007 is missing; the server did not start',
        ],
      ],
      [
        observed({ drilledAt: '2026-10-01T05:00:00Z' }),
        ['lab: the last drill that passed was 51.2 days ago; at most 35 days are wanted'],
      ],
    ],
  },
  {
    rule: 'kingbase-status-require-covered-window',
    passes: [observed(), status({})],
    fails: [
      [unseen, [NOT_SEEN]],
      [observed({ windowCovered: null }), ['lab: how far a restore reaches back is not known']],
      [observed({ windowCovered: false }), ['lab: restores reach back to 2026-11-01T02:10:00Z; 14 days are declared']],
      [
        observed({ windowCovered: false, earliestRestorableTime: null }),
        ['lab: nothing can be restored; 14 days are declared'],
      ],
    ],
  },
  {
    rule: 'kingbase-status-bound-archive-lag',
    passes: [observed(), status({}), observed({ archiveLagSeconds: null })],
    fails: [
      [unseen, [NOT_SEEN]],
      [observed({ archiveLagSeconds: null, archiveLagSegments: null }), ['lab: the archive lag is not known']],
      [observed({ archiveLagSeconds: 901 }), ['lab: the archive is 901 s behind; at most 900 s are wanted']],
      [
        observed({ archiveLagSegments: 17, archiveLagSeconds: null }),
        ['lab: 17 segments wait for the archive; at most 16 may'],
      ],
      [
        observed({ archiveLagSegments: 2, archiveLagSeconds: 61 }),
        [
          'lab: the archive is 61 s behind; at most 60 s are wanted',
          'lab: 2 segments wait for the archive; at most 1 may',
        ],
        { maximumSeconds: 60, maximumSegments: 1 },
      ],
    ],
  },
  {
    rule: 'kingbase-status-require-successful-jobs',
    passes: [observed(), status({})],
    fails: [
      [unseen, [NOT_SEEN]],
      [
        observed({
          jobs: [
            {
              job: 'incremental',
              startSeconds: 1,
              stopSeconds: 2,
              exitCode: 50,
              tail: 'P00 INFO: begin\nP00 ERROR: [050] unable to acquire lock\n',
            },
          ],
        }),
        ['lab.incremental: ended with exit code 50: P00 ERROR: [050] unable to acquire lock'],
      ],
      [
        observed({ jobs: [{ job: 'check', startSeconds: 1, stopSeconds: 2, exitCode: 82, tail: 'ERROR: [082]' }] }),
        ['lab.check: ended with exit code 82: ERROR: [082]'],
      ],
    ],
  },
  {
    rule: 'kingbase-status-keep-repository-space',
    passes: [observed(), status({}), [observed({ freeBytes: [0] }), { minimumMiB: 0 }]],
    fails: [
      [unseen, [NOT_SEEN]],
      [
        observed({ freeBytes: [null, 100 * 1024 ** 2 + 1] }),
        ['lab.repository2: 100 MiB are free; at least 16384 are wanted'],
      ],
    ],
  },
];
