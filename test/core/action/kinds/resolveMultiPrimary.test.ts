/** The record that ends a second primary: its fields, where it runs, and what its preview says. */
import { describe, expect, it } from 'vitest';
import { actionOneLiner, actionWords } from '../../../../core/action/command';
import { resolveMultiPrimary } from '../../../../core/action/kinds/resolveMultiPrimary';
import { isDestructive } from '../../../../core/action/kinds/types';
import { parseActions } from '../../../../core/action/parseActions';
import type { KingbaseError } from '../../../../core/finding';
import { makeSpec } from '../../../support/specs';

const record = (inputs: Readonly<Record<string, unknown>>): readonly unknown[] => [
  { requestId: 'two-1', kind: 'resolveMultiPrimary', inputs },
];

function findings(inputs: Readonly<Record<string, unknown>>): string[] {
  try {
    parseActions(record(inputs));
    return [];
  } catch (error) {
    return (error as KingbaseError).findings.map(({ path, message }) =>
      `${path}: ${message}`.replace('kingbase:actions[0].inputs.', ''),
    );
  }
}

describe('a record of resolveMultiPrimary', () => {
  it('names two nodes, and takes what its fields allow', () => {
    const two = { winner: 'node2', loser: 'node1' };
    expect(findings(two)).toEqual([]);
    expect(
      findings({
        ...two,
        ...{ bring: 'reclone', export: 'wal', maxExportMiB: 5, maxRate: 50 },
        ...{ acceptDataLossOwner: 'Li Wei', acceptDataLossReason: 'node3 burnt' },
      }),
    ).toEqual([]);
    expect(findings({})).toEqual(['winner: is missing', 'loser: is missing']);
    expect(
      findings({
        ...{ winner: 'node1', loser: 'node1', maxExportMiB: 0.5, maxRate: 0, acceptDataLossOwner: 'Li Wei' },
      }),
    ).toEqual([
      'loser: "node1" is the winner as well',
      'acceptDataLossOwner: and acceptDataLossReason belong together',
      'maxExportMiB: 0.5 is no whole number from 1 to 1000000000',
      'maxRate: 0 is no rate',
    ]);
    expect(findings({ ...two, bring: 'follow', export: 'none' })).toEqual([
      'bring: "follow" is not known',
      'export: "none" is not known',
    ]);
  });

  it('runs on the loser, where both are database nodes', () => {
    const spec = makeSpec();
    expect(resolveMultiPrimary.node(spec, { winner: 'node2', loser: 'node1' })).toMatchObject({ name: 'node1' });
    expect(resolveMultiPrimary.node(spec, { winner: 'node9', loser: 'node1' })).toMatchObject({
      path: expect.stringContaining('winner') as string,
    });
    expect(resolveMultiPrimary.node(spec, { winner: 'node2', loser: 'node9' })).toMatchObject({
      path: expect.stringContaining('loser') as string,
    });
  });

  it('is destructive however it is written, so that a policy asks for its confirmation', () => {
    expect(isDestructive(resolveMultiPrimary, { winner: 'node2', loser: 'node1', bring: 'reclone' })).toBe(true);
    expect(isDestructive(resolveMultiPrimary, { winner: 'node2', loser: 'node1' })).toBe(true);
  });

  it('says in the preview who stays, what leaves the cluster, and what is kept', () => {
    const said = resolveMultiPrimary.describe('node1', { winner: 'node2', loser: 'node1' });
    expect(said).toContain('node2 stays primary');
    expect(said).toContain('WHAT ONLY node1 WROTE LEAVES THE CLUSTER; its databases and its WAL');
    expect(said).toContain('rewound to the fork');
    const other = resolveMultiPrimary.describe('node1', { winner: 'node2', bring: 'reclone', export: 'wal' });
    expect(other).toContain('; its WAL from the fork on is exported');
    expect(other).toContain('replaced by a new copy');
  });

  it('is one constant line on the node', () => {
    const request = { requestId: 'two-1', inputs: { winner: 'node2', loser: 'node1' }, confirm: '0123456789abcdef' };
    expect(actionOneLiner('ops', actionWords(resolveMultiPrimary, request))).toBe(
      "sudo -n /usr/local/lib/pulumi-kingbase/action.sh --follow 'two-1' 'resolveMultiPrimary' 'confirm=0123456789abcdef' 'loser=node1' 'winner=node2'",
    );
  });
});
