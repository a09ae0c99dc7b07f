// An answer that was cut short makes a node unreadable, with the reason; what is a finding already stays as it is.
import { describe, expect, it } from 'vitest';
import { KingbaseError } from '../../../core/finding';
import { observeNode } from '../../../remote/observe/observeNode';
import { readAnswer } from '../../../remote/observe/readAnswer';
import type { ClusterNode } from '../../../remote/observe/observeNode';
import type { OpenRemote } from '../../../remote/remote';

describe('readAnswer', () => {
  it('makes a finding of what a parser throws, and keeps its words', () => {
    const read = (): unknown => readAnswer('node1', () => JSON.parse('{"code":') as unknown);
    expect(read).toThrow(KingbaseError);
    expect(read).toThrow(/^node1: what it answered cannot be read: .*JSON/);
  });

  it('lets a finding pass as it is', () => {
    const finding = new KingbaseError({ code: 'a/b', message: 'known' });
    expect(() =>
      readAnswer('node1', () => {
        throw finding;
      }),
    ).toThrow(finding);
  });

  it('makes a node with half an answer one that could not be read', async () => {
    const remote = { script: async () => ({ stdout: '{"machineId":' }), close: () => undefined };
    const node = { connection: {}, target: { name: 'node1' } } as unknown as ClusterNode;
    const seen = await observeNode(node, (() => remote) as unknown as OpenRemote);
    expect(seen).toMatchObject({ reachable: false, name: 'node1' });
  });
});
