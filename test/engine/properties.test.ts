// The pure parts: paths, diffs, and what becomes of secrets when a provider that knows none hands values back.
import { describe, expect, it } from 'vitest';
import { diffProperties } from '../../lab/engine/propertyDiff';
import { applyIgnoreChanges, formatPath, parsePath, pathContains } from '../../lab/engine/propertyPath';
import { showChanges, showValue } from '../../lab/engine/shownValues';
import { makeUrn, parseUrn } from '../../lab/engine/urn';
import { annotateSecrets, makeSecret, plainForProvider, unknownValue } from '../../lab/engine/values';

const secret = makeSecret;

describe('a property path', () => {
  it.each([
    ['triggers[*]', ['triggers', '*']],
    ['files["/etc/a.b"].text', ['files', '/etc/a.b', 'text']],
    ['a.b[3].c', ['a', 'b', 3, 'c']],
    ['["quo\\"te"]', ['quo"te']],
  ])('%s is read', (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });

  it('that is malformed is not read, and one that is read is written back', () => {
    expect(parsePath('a[')).toBeUndefined();
    expect(formatPath(['files', '/etc/a.b', 0, 'text'])).toBe('files["/etc/a.b"][0].text');
    expect(pathContains(['triggers', '*'], ['triggers', 0, 'x'])).toBe(true);
    expect(pathContains(['triggers', '*'], ['triggers'])).toBe(false);
  });
});

describe('ignoreChanges', () => {
  const apply = (news: object, olds: object, paths: string[]): unknown =>
    applyIgnoreChanges(news as never, olds as never, paths);

  it('puts old values back: changed, removed and added ones, inside secrets too', () => {
    expect(apply({ a: 2, b: { c: 3 } }, { a: 1, b: { c: 1, d: 1 } }, ['a', 'b.c', 'b.d'])).toEqual({
      inputs: { a: 1, b: { c: 1, d: 1 } },
      failed: [],
    });
    expect(apply({ added: 1 }, {}, ['added'])).toEqual({ inputs: {}, failed: [] });
    expect(apply({ list: [1, 2] }, { list: [8, 9] }, ['list[1]'])).toEqual({ inputs: { list: [1, 9] }, failed: [] });
    expect(apply({ s: secret({ x: 1, y: 1 }) }, { s: secret({ x: 0, y: 0 }) }, ['s.x'])).toEqual({
      inputs: { s: { x: 0, y: 1 } },
      failed: [],
    });
  });

  it('names what cannot be put back because the list has another length', () => {
    expect(apply({ list: [1] }, { list: [8, 9] }, ['list[1]', 'a['])).toMatchObject({ failed: ['list[1]', 'a['] });
  });
});

describe('a diff', () => {
  it('goes down to the leaves and does not count a secret mark as a change', () => {
    expect(diffProperties({ a: secret('x'), b: [1, { c: 2 }] }, { a: 'x', b: [1, { c: 3 }, 4] })).toEqual([
      { path: ['b', 1, 'c'], kind: 'update', old: 2, new: 3, secret: false },
      { path: ['b', 2], kind: 'add', new: 4, secret: false },
    ]);
  });

  it('shows no secret, no provider code, and names unknown values', () => {
    const olds = { __provider: 'old code', s: secret({ deep: ['one'] }), u: 'known', gone: true };
    const news = { __provider: 'new code', s: secret({ deep: ['two'] }), u: unknownValue };
    expect(showChanges(olds, news)).toEqual([
      { path: '__provider', kind: 'update', old: 'code', new: 'code' },
      { path: 'gone', kind: 'delete', old: 'true', new: undefined },
      { path: 's.deep[0]', kind: 'update', old: '[secret]', new: '[secret]' },
      { path: 'u', kind: 'update', old: '"known"', new: '[unknown]' },
    ]);
    expect(showValue({ list: [secret(1), unknownValue, 'x'] })).toBe('{"list":[[secret],[unknown],"x"]}');
  });
});

describe('a structure that travels as a text', () => {
  it('is shown as one, also beside what an older state has as one', () => {
    const olds = { nodes: '[{"port":1},{"port":2}]', target: { name: 'a', id: 1 }, note: '{no json' };
    const news = { nodes: '[{"port":1},{"port":3}]', target: '{"name":"b","id":1}', note: '{none at all' };
    expect(showChanges(olds, news)).toEqual([
      { path: 'nodes[1].port', kind: 'update', old: '2', new: '3' },
      { path: 'note', kind: 'update', old: '"{no json"', new: '"{none at all"' },
      { path: 'target.name', kind: 'update', old: '"a"', new: '"b"' },
    ]);
  });
});

describe('secrets and a provider that knows none', () => {
  it('are taken off on the way there and put back by name; a list with one in it becomes one', () => {
    const inputs = { pw: secret('x'), nested: { pw: secret('y'), open: 1 }, list: ['a', secret('z')] };
    const plain = plainForProvider(inputs);
    expect(plain).toEqual({ pw: 'x', nested: { pw: 'y', open: 1 }, list: ['a', 'z'] });
    expect(annotateSecrets({ ...plain, made: 'new' }, inputs)).toEqual({
      pw: secret('x'),
      nested: { pw: secret('y'), open: 1 },
      list: secret(['a', 'z']),
      made: 'new',
    });
  });
});

describe('a urn', () => {
  it('carries the types of the ancestors, the stack left out', () => {
    const at = { stack: 'lab', project: 'p' };
    const stack = makeUrn(at, '', 'pulumi:pulumi:Stack', 'p-lab');
    const cluster = makeUrn(at, stack, 'kingbase:ha:Cluster', 'main');
    expect(cluster).toBe('urn:pulumi:lab::p::kingbase:ha:Cluster::main');
    expect(makeUrn(at, cluster, 'x:y:Z', 'a::b')).toBe('urn:pulumi:lab::p::kingbase:ha:Cluster$x:y:Z::a::b');
    expect(parseUrn('urn:pulumi:lab::p::A$B::a::b')).toMatchObject({ type: 'B', qualifiedType: 'A$B', name: 'a::b' });
  });
});
