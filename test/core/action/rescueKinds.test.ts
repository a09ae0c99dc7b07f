// The kinds of an emergency, as records declare them: where they run, what the preview says, what is refused before any host is asked.
import { describe, expect, it } from 'vitest';
import { assessRecoverability } from '../../../core/action/kinds/assessRecoverability';
import { emergencyExtract } from '../../../core/action/kinds/emergencyExtract';
import { makeSpec } from '../../support/specs';

describe('assessRecoverability', () => {
  const { check, node, describe: says, destructive } = assessRecoverability;

  it('runs on the first database node, or on the one that is named, and changes nothing', () => {
    expect(node(makeSpec(), {})).toMatchObject({ name: 'node1' });
    expect(node(makeSpec(), { node: 'node2' })).toMatchObject({ name: 'node2' });
    expect(node(makeSpec(), { node: 'nowhere' })).toMatchObject({ code: 'actions/wrong-record' });
    expect({ found: check({}, 'x'), destructive }).toEqual({ found: [], destructive: false });
    expect(says('node1', {})).toContain('nothing is stopped or changed');
  });
});

describe('emergencyExtract', () => {
  const { check, node, describe: says, destructive } = emergencyExtract;
  const inputs = { node: 'node2', directory: '/kbrescue/extract-1' };
  const found = (changes: Readonly<Record<string, string | number>>): readonly (string | undefined)[] =>
    check({ ...inputs, ...changes }, 'actions[0].inputs').map(({ path }) => path);

  it('runs on the node that holds the damaged directory, and says what becomes of it', () => {
    expect(node(makeSpec(), inputs)).toMatchObject({ name: 'node2' });
    expect(node(makeSpec(), { ...inputs, node: 'repo' })).toMatchObject({ code: 'actions/wrong-record' });
    expect(says('node2', inputs)).toContain(
      'on node2: copies its data directory to /kbrescue/extract-1, starts only the copy',
    );
    expect(says('node2', { ...inputs, source: '/kbdata/data.old-1' })).toContain('copies /kbdata/data.old-1 to');
    expect(destructive).toBe(false);
  });

  it('takes absolute paths and a port that a user may open', () => {
    expect(found({ source: '/kbdata/data.old-1', port: 54_400 })).toEqual([]);
    expect(found({ directory: 'extract', source: '/kbdata/../etc', port: 80 })).toEqual(
      ['directory', 'source', 'port'].map((field) => `actions[0].inputs.${field}`),
    );
    expect(found({ directory: '/a b' })).toEqual(['actions[0].inputs.directory']);
    expect(found({ port: 70_000 })).toEqual(['actions[0].inputs.port']);
    expect(found({ port: 1.5 })).toEqual(['actions[0].inputs.port']);
  });
});
