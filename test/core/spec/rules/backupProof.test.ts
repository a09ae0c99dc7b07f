// The age at which a verify or drill counts as too old is more than the time between two of them.
import { describe, expect, it } from 'vitest';
import { cluster, messages, node } from '../exampleCluster';

describe('backupProof', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['nothing by default', {}, []],
    [
      'a verify each week that is too old after two days',
      { verify: { schedule: 'Wednesday 06:00' } },
      ['backup.verify.maxAgeHours: 48 hours is not more than the time between two runs (168 hours: "Wednesday 06:00")'],
    ],
    [
      'a monthly drill that is too old on the 31st',
      { drill: { maxAgeDays: 31 } },
      ['backup.drill.maxAgeDays: 31 days is not more than the time between two runs (31 days: "monthly on 1 05:00")'],
    ],
    [
      'nothing where they run by hand only',
      { verify: { schedule: 'never' }, drill: { schedule: 'never', maxAgeDays: 1 } },
      [],
    ],
  ])('tells about %s', (_, backup, expected) => {
    const nodes = [node(1), node(2), node(3), node(4, { name: 'repo', role: 'repository' })];
    expect(messages(cluster({ nodes, backup: { repository: 'repo', ...backup } }))).toEqual(expected);
  });
});
