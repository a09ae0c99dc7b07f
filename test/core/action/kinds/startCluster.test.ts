/** The record that starts a cluster: its fields, where it runs, when it is destructive, and what its preview says. */
import { describe, expect, it } from 'vitest';
import { startCluster } from '../../../../core/action/kinds/startCluster';
import { isDestructive } from '../../../../core/action/kinds/types';
import { parseActions } from '../../../../core/action/parseActions';
import type { KingbaseError } from '../../../../core/finding';
import { makeSpec } from '../../../support/specs';

function findings(inputs: Readonly<Record<string, unknown>>): string[] {
  try {
    parseActions([{ requestId: 'start-1', kind: 'startCluster', inputs }]);
    return [];
  } catch (error) {
    return (error as KingbaseError).findings.map(({ path, message }) =>
      `${path}: ${message}`.replace('kingbase:actions[0].inputs.', ''),
    );
  }
}

const WAIVER = { acceptDataLossOwner: 'Li Wei', acceptDataLossReason: 'node3 burnt' };

describe('a record of startCluster', () => {
  it('names the node that is to lead, and takes what its fields allow', () => {
    expect(findings({ node: 'node1' })).toEqual([]);
    expect(findings({ node: 'node1', resumeAutomation: true, ...WAIVER })).toEqual([]);
    expect(findings({})).toEqual(['node: is missing']);
    expect(findings({ node: 'node1', acceptDataLossReason: 'burnt', resumeAutomation: 'yes' })).toEqual([
      'resumeAutomation: is not a boolean',
    ]);
    expect(findings({ node: 'node1', acceptDataLossReason: 'burnt' })).toEqual([
      'acceptDataLossOwner: and acceptDataLossReason belong together',
    ]);
  });

  it('runs on that node', () => {
    expect(startCluster.node(makeSpec(), { node: 'node2' })).toMatchObject({ name: 'node2' });
    expect(startCluster.node(makeSpec(), { node: 'node9' })).toMatchObject({ code: 'actions/wrong-record' });
  });

  it('is destructive where somebody answers for a node that nobody looked at, so that a policy asks for its confirmation', () => {
    expect(isDestructive(startCluster, { node: 'node1' })).toBe(false);
    expect(isDestructive(startCluster, { node: 'node1', ...WAIVER })).toBe(true);
  });

  it('says in the preview what may be lost, and who answers for it', () => {
    expect(startCluster.describe('node1', { node: 'node1' })).toContain('nothing is lost, or nothing is started');
    expect(startCluster.describe('node1', { node: 'node1', ...WAIVER })).toContain(
      'IS LOST: Li Wei answers for it (node3 burnt)',
    );
  });
});
