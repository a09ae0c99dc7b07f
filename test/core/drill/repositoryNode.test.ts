/** Where a drill runs. */
import { describe, expect, it } from 'vitest';
import { repositoryNode } from '../../../core/drill/repositoryNode';
import { makeNode, makeSpec } from '../../support/specs';

describe('repositoryNode', () => {
  const nodes = [makeNode('node1', '10.0.0.1', 1), makeNode('repo', '10.0.0.2', 2, { role: 'repository' })];

  it('is the one that is named, or the one that holds the repository', () => {
    expect(repositoryNode(makeSpec({ nodes }), undefined)).toMatchObject({ name: 'repo' });
    expect(repositoryNode(makeSpec({ nodes }), 'node1')).toMatchObject({ name: 'node1' });
  });

  it('is none where nobody holds one, or the name is wrong', () => {
    expect(repositoryNode(makeSpec(), undefined)).toMatchObject({ message: 'no node holds a repository' });
    expect(repositoryNode(makeSpec({ nodes }), 'node9')).toMatchObject({ message: 'there is no node "node9"' });
  });
});
