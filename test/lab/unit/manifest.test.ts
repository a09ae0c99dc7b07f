import { describe, expect, it } from 'vitest';
import { findNode, parseManifest, requireManifest, withNode } from '../../../lab/manifest';
import { manifest } from './labFixture';

describe('the manifest of a lab', () => {
  it('reads back what was written', () => {
    const written = manifest();
    expect(parseManifest(JSON.stringify(written), 'manifest.json')).toEqual(written);
  });

  it.each([
    ['', /not JSON/],
    ['{"version": 1, "nodes"', /not JSON/],
    ['{"version": 2, "nodes": []}', /version 2 of the manifest is not known/],
    ['{"version": 1}', /names no nodes/],
  ])('refuses %j and says how to go on', (text, message) => {
    expect(() => parseManifest(text, 'manifest.json')).toThrow(message);
    expect(() => parseManifest(text, 'manifest.json')).toThrow(/npm run lab:down/);
  });

  it('says how to start a lab that is not there', () => {
    expect(() => requireManifest('nosuchlab')).toThrow(/there is no lab "nosuchlab"[\s\S]*npm run lab/);
  });

  it('names the nodes there are where one is not', () => {
    expect(() => findNode(manifest(), 'node9')).toThrow(/node1, node2, node3, repo/);
  });

  it('changes one node and leaves the others', () => {
    const changed = withNode(manifest(), 'node2', { power: false });
    expect(changed.nodes.map((node) => node.power)).toEqual([true, false, true, true]);
  });
});
