/** Structures that travel as texts: what is packed, what stays, and that nothing is lost on the way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack, unpackLazily } from '../../core/packed';

const always = (): boolean => true;

describe('packed properties', () => {
  it('are texts where a field repeats the nodes of a cluster, and stay what they are elsewhere', () => {
    const props = { target: { name: 'n' }, nodes: [1], files: 'unknown', install: { a: 1 }, observed: { nodes: [] } };
    expect(pack(props, always)).toEqual({ ...props, target: '{"name":"n"}', nodes: '[1]' });
    expect(pack(props, (name) => name === 'nodes')).toEqual({ ...props, nodes: '[1]' });
  });

  it('come back as they were, whatever lies in them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('target', 'nodes', 'mode'), fc.object()), (props) => {
        const sent = JSON.parse(JSON.stringify(props)) as Record<string, unknown>;
        expect(unpack(pack(sent, always))).toEqual(sent);
        expect(unpack(sent)).toEqual(sent);
      }),
    );
  });

  it('leave a text of another field alone, even if it looks like a structure', () => {
    expect(unpack({ reason: '{"a":1}', mode: '[x' })).toEqual({ reason: '{"a":1}', mode: '[x' });
  });

  it('are read one by one where others may not be touched', () => {
    const props = {
      target: '{"name":"n"}',
      get files(): unknown {
        throw new Error('not known yet');
      },
    };
    expect(unpackLazily(props).target).toEqual({ name: 'n' });
    expect(() => unpackLazily(props).files).toThrow('not known yet');
  });
});
