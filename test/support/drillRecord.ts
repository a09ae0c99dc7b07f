// A record as drill.sh writes it.
import type { DrillRecord } from '../../core/backup/observation';

export function drillRecord(overrides: Partial<DrillRecord> = {}): DrillRecord {
  return {
    id: 'monthly-11',
    cluster: 'kb',
    stanza: 'kingbase',
    backup: '20261121-132758F',
    target: { kind: 'latest', value: null, timeline: 1, lsn: '0/E002918', time: '2026-11-21T13:43:29.335061Z' },
    bytes: 85_344_754,
    restoreSeconds: 1.5,
    replaySeconds: 1.2,
    rpoSeconds: 0,
    checks: [{ name: 'pages', ok: true, detail: '6297 blocks, no bad checksum' }],
    tables: [{ name: 'test.public.w', sourceBefore: 5, sourceAfter: 5, restored: 5, ok: true }],
    verdict: 'passed',
    reasons: [],
    startedAt: '2026-11-21T13:43:27.397370Z',
    finishedAt: '2026-11-21T13:43:35.379642Z',
    ...overrides,
  };
}
