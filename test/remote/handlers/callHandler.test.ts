/** The door between Pulumi's provider host and the handlers: what is passed on, and how failures read there. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { KingbaseError } from '../../../core/finding';
import { callHandler } from '../../../remote/handlers/callHandler';
import { loadHandler } from '../../../remote/handlers/index';

afterEach(() => vi.restoreAllMocks());

type Methods = Record<'create' | 'diff' | 'read' | 'update', (...args: unknown[]) => Promise<unknown>>;
let files: Methods;
beforeAll(async () => {
  files = (await loadHandler('files')) as unknown as Methods;
});

describe('callHandler', () => {
  it("does not show a handler the provider's text", async () => {
    const create = vi.spyOn(files, 'create').mockResolvedValue('made');
    expect(await callHandler('files', 'create', [{ __provider: 'text', a: 1 }])).toBe('made');
    expect(create).toHaveBeenCalledWith({ a: 1 });
  });

  it('passes inputs on where a handler checks nothing', async () => {
    expect(await callHandler('files', 'check', [{}, { a: 1, __provider: 'text' }])).toEqual({ inputs: { a: 1 } });
  });

  it('takes what preview cannot know as unchanged, at any depth', async () => {
    const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
    const diff = vi.spyOn(files, 'diff').mockResolvedValue({ changes: false });
    const olds = { files: { a: 'old' }, nodes: [{ key: 'k1' }], observed: {} };
    const news = { files: unknown, nodes: [{ key: unknown }, { key: unknown }], mode: 'new', other: unknown };
    await callHandler('files', 'diff', ['id', olds, news]);
    expect(diff).toHaveBeenCalledWith('id', olds, {
      files: { a: 'old' },
      nodes: [{ key: 'k1' }, { key: unknown }],
      mode: 'new',
      other: unknown,
    });
  });

  it('gives back nothing that the provider host cannot encode', async () => {
    vi.spyOn(files, 'create').mockResolvedValue({
      id: 'x',
      outs: { a: undefined, b: [1, undefined, { c: undefined }] },
    });
    expect(await callHandler('files', 'create', [{}])).toStrictEqual({ id: 'x', outs: { b: [1, null, {}] } });
  });

  it('shows a mistake of the user without a stack trace, both ways in which Pulumi prints it', async () => {
    const mistake = new KingbaseError({ code: 'x/y', path: 'node1', message: 'no sudo', hint: 'Allow it.' });
    vi.spyOn(files, 'create').mockRejectedValue(mistake);
    const shown = (await callHandler('files', 'create', [{}]).catch((error: unknown) => error)) as Error;
    expect(shown.message).toBe('node1: no sudo\nHINT: Allow it.');
    expect(`${String(shown)}: ${shown.stack}`).toBe('node1: no sudo\nHINT: Allow it.: ');
  });

  it('shows a bug with its stack trace', async () => {
    vi.spyOn(files, 'create').mockRejectedValue(new TypeError('x is undefined'));
    const shown = (await callHandler('files', 'create', [{}]).catch((error: unknown) => error)) as Error;
    expect(shown.message).toMatch(/^TypeError: x is undefined\n\s+at /);
  });

  it('names a kind of resource that it does not know', async () => {
    await expect(callHandler('futureThing', 'read', ['id', {}])).rejects.toThrow(
      'futureThing: the state holds a resource of a kind that this version of pulumi-kingbase does not know',
    );
  });

  it('shows a handler the structures that travelled as texts, and gives back texts', async () => {
    const target = { name: 'node1', ports: [1, 2] };
    const sent = { target: JSON.stringify(target), files: '04da6b54-80e4-46f7-96ec-b56ff0331ba9', mode: '{"a":1}' };
    const create = vi.spyOn(files, 'create').mockImplementation(async (inputs) => ({
      id: 'x',
      outs: { ...(inputs as object), observed: { files: {} } },
    }));
    const made = await callHandler('files', 'create', [sent]);
    expect(create).toHaveBeenCalledWith({ ...sent, target });
    expect(made).toStrictEqual({ id: 'x', outs: { ...sent, observed: { files: {} } } });
  });

  it('compares an old state, which holds structures, with texts; and leaves it as it was when it is read', async () => {
    const old = { target: { name: 'node1' }, files: { a: { text: 'x' } } };
    const diff = vi.spyOn(files, 'diff').mockResolvedValue({ changes: false });
    await callHandler('files', 'diff', ['id', old, { target: '{"name":"node1"}', files: '{"a":{"text":"x"}}' }]);
    expect(diff).toHaveBeenCalledWith('id', old, old);
    vi.spyOn(files, 'read').mockImplementation(async (id, props) => ({ id, props }));
    expect(await callHandler('files', 'read', ['id', old])).toStrictEqual({ id: 'id', props: old });
  });

  it('looks at a text that holds a value which the preview does not know as it was before', async () => {
    const diff = vi.spyOn(files, 'diff').mockResolvedValue({ changes: false });
    const olds = { target: '{"name":"node1"}', files: '{"a":1}' };
    await callHandler('files', 'diff', ['id', olds, { ...olds, files: '04da6b54-80e4-46f7-96ec-b56ff0331ba9' }]);
    expect(diff).toHaveBeenCalledWith(
      'id',
      { target: { name: 'node1' }, files: { a: 1 } },
      { target: { name: 'node1' }, files: { a: 1 } },
    );
  });

  it('asks install alone before a cluster is made, and all that compare once there is something to compare with', async () => {
    const target = { name: 'node1', host: 'h', id: 1, role: 'database', data: '/d' };
    const moved = { target: { ...target, data: '/e' } };
    expect(await callHandler('member', 'check', [{}, moved])).toEqual({ inputs: moved });
    expect(await callHandler('member', 'check', [{ target }, moved])).toMatchObject({
      failures: [{ property: '', reason: expect.stringContaining('data changed from /d to /e') as string }],
    });
    const install = { source: 'media', zip: '/no/such/db.zip' };
    expect(await callHandler('install', 'check', [{}, { target, install }])).toMatchObject({
      failures: [{ property: '', reason: 'install.zip: no such file on this machine: /no/such/db.zip' }],
    });
  });

  it('names no property in a refusal: the CLI would print its value, a new password too', async () => {
    const news = { connection: {}, target: {}, files: [], secrets: { system: 'the new one' } };
    const olds = { ...news, secrets: { system: 'the old one' } };
    const answer = (await callHandler('secretFiles', 'check', [olds, news])) as { failures: object[] };
    expect(answer.failures).toHaveLength(1);
    expect(answer.failures[0]).toMatchObject({ property: '', reason: expect.stringContaining('system') as string });
    expect(JSON.stringify(answer.failures)).not.toMatch(/the (new|old) one/);
  });
});
