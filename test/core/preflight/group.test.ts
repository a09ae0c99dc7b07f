// One finding on many nodes is one thing to do: said once, with the names of all.
import { describe, expect, it } from 'vitest';
import { blockingFindings } from '../../../core/preflight/evaluate';
import { formatTable } from '../../../core/preflight/format';
import { foundOf, groupResults, nodesOf } from '../../../core/preflight/group';
import type { CheckResult } from '../../../core/preflight/types';

const result = (node: string, more: Partial<CheckResult> = {}): CheckResult => ({
  id: 'selinux',
  group: 'system',
  title: 'SELinux lets it run',
  node,
  verdict: 'WARN',
  found: 'Enforcing',
  wanted: 'Permissive or Disabled',
  hint: 'Run setenforce 0.',
  ...more,
});

const RESULTS = [
  result('node1'),
  result('node1', { id: 'clock', title: 'a clock', verdict: 'FAIL', found: '3 s off', wanted: 'NTP', hint: 'Sync.' }),
  result('node2'),
  result('node2', { id: 'clock', title: 'a clock', verdict: 'FAIL', found: '4 s off', wanted: 'NTP', hint: 'Sync.' }),
  result('node3', { verdict: 'FAIL' }),
];

describe('groupResults', () => {
  it('leaves what passed as it is', () => {
    const passed = [result('node1', { verdict: 'PASS' }), result('node2', { verdict: 'PASS' })];
    expect(groupResults(passed).map(nodesOf)).toEqual(['node1', 'node2']);
  });

  it('joins nodes with the same finding, and keeps apart what differs in verdict', () => {
    expect(groupResults(RESULTS).map((group) => `${group.result.id} ${nodesOf(group)}: ${foundOf(group)}`)).toEqual([
      'selinux node1, node2: Enforcing',
      'clock node1, node2: 3 s off (node1); 4 s off (node2)',
      'selinux node3: Enforcing',
    ]);
  });
});

describe('the table', () => {
  it('has one line for the same finding, one per finding where they differ, and the advice once', () => {
    expect(formatTable({ results: RESULTS, passed: false }, { all: false })).toBe(
      [
        'node          check    verdict  found',
        'node1, node2  selinux  WARN     Enforcing',
        '    wanted: Permissive or Disabled',
        '    HINT: Run setenforce 0.',
        'node1         clock    FAIL     3 s off',
        'node2         clock    FAIL     4 s off',
        '    wanted: NTP',
        '    HINT: Sync.',
        'node3         selinux  FAIL     Enforcing',
        '    wanted: Permissive or Disabled',
        '    HINT: Run setenforce 0.',
        '',
        'preflight of 3 nodes: 0 PASS, 2 WARN, 3 FAIL, 0 ERROR',
      ].join('\n'),
    );
  });
});

describe('the findings that block', () => {
  it('are one for all the nodes that have it', () => {
    expect(blockingFindings({ results: RESULTS, passed: false })).toEqual([
      {
        code: 'preflight/clock',
        path: 'node1, node2: clock',
        message: 'FAIL a clock: found 3 s off (node1); 4 s off (node2); wanted NTP',
        hint: 'Sync.',
      },
      {
        code: 'preflight/selinux',
        path: 'node3: selinux',
        message: 'FAIL SELinux lets it run: found Enforcing; wanted Permissive or Disabled',
        hint: 'Run setenforce 0.',
      },
    ]);
  });
});
