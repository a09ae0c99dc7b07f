/** The records of a V8R3 stack: which there are, where they run, what they say, which may lose data. Proves text only. */
import { describe, expect, it } from 'vitest';
import { isDestructive } from '../../../core/action/kinds/types';
import { parseActions, type Action } from '../../../core/action/parseActions';
import type { KingbaseError } from '../../../core/finding';
import {
  unknownNodes,
  V8R3_ACTION_KINDS,
  v8r3ActionNode,
  v8r3ActionWords,
  v8r3Kind,
} from '../../../core/v8r3/action/kinds';
import { v8r3Spec } from './exampleV8r3';

const spec = v8r3Spec({ pools: ['node102', 'node101'] });

function parse(...records: readonly object[]): readonly Action[] {
  return parseActions(
    records.map((record, index) => ({ requestId: `r${index}`, ...record })),
    V8R3_ACTION_KINDS,
  );
}

function findings(...records: readonly object[]): string[] {
  try {
    parse(...records);
    return [];
  } catch (error) {
    return (error as KingbaseError).findings.map(({ path, message, hint }) => `${path}: ${message}. ${hint}`);
  }
}

describe('the records of a V8R3 stack', () => {
  it('are of its own kinds', () => {
    expect(findings({ kind: 'rejoin', inputs: { node: 'node101' } })).toEqual([
      'kingbase:actions[0].kind: "rejoin" is no kind of action. Known: recoverNode, stopAutomation, startAutomation, restartAll.',
    ]);
    expect(() => v8r3Kind('rejoin')).toThrow('there is no kind rejoin');
  });

  it('are checked field by field, all at once', () => {
    expect(
      findings(
        { kind: 'recoverNode', inputs: { maxSeconds: 5 } },
        { kind: 'recoverNode', inputs: { node: 'node101', maxSeconds: 59 } },
        { kind: 'restartAll', inputs: { primary: 'node101', lossAccepted: 'yes' } },
        { kind: 'stopAutomation', inputs: { nodes: "node101; rm -rf '/'" } },
      ).map((text) => text.split('. ')[0]),
    ).toEqual([
      'kingbase:actions[0].inputs.node: is missing',
      'kingbase:actions[1].inputs.maxSeconds: 59 is no whole number from 60 to 86400',
      'kingbase:actions[2].inputs.lossAccepted: is not a boolean',
      'kingbase:actions[3].inputs.nodes: "node101; rm -rf \'/\'" has a character that cannot be handed on',
    ]);
  });

  it('run on the node that they name, else on the first pool', () => {
    const [recover, stop, elsewhere] = parse(
      { kind: 'recoverNode', inputs: { node: 'node101' } },
      { kind: 'stopAutomation' },
      { kind: 'restartAll', inputs: { node: 'node109', primary: 'node108' } },
    ) as [Action, Action, Action];
    expect(v8r3ActionNode(spec, recover)).toMatchObject({ host: '192.168.1.101' });
    expect(v8r3ActionNode(spec, stop)).toMatchObject({ name: 'node102' });
    expect(v8r3ActionNode(spec, elsewhere)).toMatchObject({
      message: 'there is no node "node109"',
      hint: 'Nodes: node101, node102.',
    });
    expect(unknownNodes(spec, elsewhere)).toMatchObject([
      { path: 'kingbase:actions: restartAll.primary', message: 'there is no node "node108"' },
    ]);
    const [some] = parse({ kind: 'startAutomation', inputs: { nodes: 'node101,node107' } }) as [Action];
    expect(unknownNodes(spec, some)).toMatchObject([{ message: 'there is no node "node107"' }]);
  });

  it('are words that no shell reads otherwise, in one order', () => {
    const [record] = parse({
      kind: 'recoverNode',
      confirm: 'CHG-1234',
      inputs: { node: 'node101', maxSeconds: 90 },
    }) as [Action];
    expect(v8r3ActionWords(record).join(' ')).toBe(
      '/usr/local/lib/pulumi-v8r3/action.sh --follow r0 recoverNode confirm=CHG-1234 maxSeconds=90 node=node101',
    );
    expect(v8r3ActionWords({ ...record, confirm: undefined as never, inputs: {} })).toHaveLength(4);
  });

  it('say what they do, and which of them may lose data', () => {
    const says = (kind: string, inputs = {}): string =>
      `${String(isDestructive(v8r3Kind(kind), inputs))}: ${v8r3Kind(kind).describe('node101', inputs)}`;
    expect(says('recoverNode')).toMatch(
      /^false: on node101: .*WHAT ONLY THIS NODE WROTE AFTER THE FAILOVER IS DISCARDED/,
    );
    expect(says('recoverNode')).not.toContain('STOPS');
    expect(says('recoverNode', { stopFormerPrimary: true })).toMatch(/^true: .*STOPS its database/);
    expect(says('stopAutomation')).toMatch(/^false: pauses the automation on every node;/);
    expect(says('startAutomation', { nodes: 'node101' })).toMatch(/^false: lets the automation run again on node101,/);
    expect(says('restartAll')).toMatch(/^false: .*starts the one that was primary,.*nothing is lost/);
    expect(says('restartAll', { primary: 'node102', lossAccepted: true })).toMatch(
      /^true: .*starts node102 as primary,.*WHAT ONLY A NEWER NODE HAS IS LOST/,
    );
  });
});
