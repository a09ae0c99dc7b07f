/** Files with secrets: filled and quoted, never in what is kept in clear, drift seen by a digest whose key stays on the node. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretFilesHandler, type SecretFilesInputs } from '../../../remote/handlers/secretFiles';
import { timeoutError } from '../../../remote/remoteError';
import { UNKNOWN } from '../../../remote/unknown';
import { LocalRemote } from '../../support/localRemote';
import { mine, targetIn } from '../../support/nodeTarget';

let root: string;
let remote: LocalRemote;
const handler = () => secretFilesHandler(() => remote);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-secret-'));
  remote = new LocalRemote(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function inputs(secrets: Record<string, string>): SecretFilesInputs {
  return {
    connection: { host: '10.0.0.11', port: 22, user: 'ops', hostKey: 'ssh-ed25519 AAAA' },
    target: targetIn(root),
    files: {
      [join(root, '.kbpass')]: {
        template: '*:54321:*:system:@@secret:system@@\n*:54321:*:esrep:@@secret:esrep@@\n',
        mode: '0600',
        owner: mine,
      },
    },
    secrets,
  };
}

const secrets = { system: `canary:"'\\$(id)&`, esrep: '密码 canary2' };

describe('secretFilesHandler', () => {
  it('fills the file on the node, quoted as its format wants, readable by its owner only', async () => {
    await handler().create(inputs(secrets));
    const path = join(root, '.kbpass');
    expect(readFileSync(path, 'utf8')).toBe(`*:54321:*:system:canary\\:"'\\\\$(id)&\n*:54321:*:esrep:密码 canary2\n`);
    expect(statSync(path).mode & 0o7777).toBe(0o600);
  });

  it('hands no value to an argument list, and keeps none outside of the secret input', async () => {
    const { outs } = await handler().create(inputs(secrets));
    const { secrets: _kept, ...open } = outs;
    expect(JSON.stringify([open, remote.calls])).not.toContain('canary');
    expect(Object.values(outs.digests)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  it('gives another digest on another node for the same secret', async () => {
    const first = (await handler().create(inputs(secrets))).outs.digests;
    rmSync(join(root, 'state'), { recursive: true });
    const second = (await handler().create(inputs(secrets))).outs.digests;
    expect(second).not.toEqual(first);
  });

  it('sees an edited, a missing and an opened file, and repairs it', async () => {
    const news = inputs(secrets);
    const path = join(root, '.kbpass');
    const { outs } = await handler().create(news);
    const look = async (): Promise<unknown> => (await handler().read('id', outs)).props.observed;
    expect(await look()).toEqual({ reachable: true, drift: {} });
    writeFileSync(path, 'edited');
    const seen = (await handler().read('id', outs)).props;
    expect(seen.observed).toEqual({ reachable: true, drift: { [path]: 'content' } });
    expect(await handler().diff('id', seen, news)).toEqual({ changes: true });
    const repaired = (await handler().update('id', seen, news)).outs;
    expect(repaired.digests).toEqual(outs.digests);
    expect(await handler().diff('id', repaired, news)).toEqual({ changes: false });
    chmodSync(path, 0o644);
    expect(await look()).toEqual({ reachable: true, drift: { [path]: 'mode' } });
    rmSync(path);
    expect(await look()).toEqual({ reachable: true, drift: { [path]: 'missing' } });
  });

  it('refuses a changed secret before anything is written, without showing a value', async () => {
    const check = handler().check;
    const olds = inputs(secrets);
    const checked = await check?.(olds, inputs({ ...secrets, esrep: 'canary3' }));
    expect(checked?.failures).toEqual([
      {
        property: 'secrets',
        reason: expect.stringMatching(/^passwords\.esrep: .*\nHINT: Put the old value back/) as string,
      },
    ]);
    expect(JSON.stringify(checked?.failures)).not.toContain('canary');
  });

  it.each<[string, Partial<SecretFilesInputs>, unknown]>([
    ['the first creation', {}, secrets],
    ['the same values', { secrets }, { ...secrets }],
    ['a value that preview does not know', { secrets }, { ...secrets, esrep: UNKNOWN }],
    ['values that preview does not know', { secrets }, UNKNOWN],
    ['one more secret', { secrets }, { ...secrets, monitor: 'x' }],
  ])('accepts %s', async (_what, olds, news) => {
    const checked = await handler().check?.(olds, { ...inputs({}), secrets: news as Record<string, string> });
    expect(checked?.failures).toEqual([]);
  });

  it('changes when a secret is rotated', async () => {
    const { outs } = await handler().create(inputs(secrets));
    const news = inputs({ ...secrets, esrep: 'new' });
    expect(await handler().diff('id', outs, news)).toEqual({ changes: true });
    const next = (await handler().update('id', outs, news)).outs;
    expect(next.digests).not.toEqual(outs.digests);
    expect(readFileSync(join(root, '.kbpass'), 'utf8')).toContain(':new\n');
  });

  it('takes the file away on delete even where it was edited', async () => {
    const { outs } = await handler().create(inputs(secrets));
    writeFileSync(join(root, '.kbpass'), 'edited');
    await handler().delete('id', outs);
    expect(existsSync(join(root, '.kbpass'))).toBe(false);
  });

  it('fails to delete on a host that is there but answers too late, and forgets one that is gone', async () => {
    const { outs } = await handler().create(inputs(secrets));
    remote.isDown = true;
    await handler().delete('id', outs);
    remote.exec = () => Promise.reject(timeoutError('node1', 'remove files', 1000));
    await expect(handler().delete('id', outs)).rejects.toMatchObject({ code: 'remote/timeout' });
  });

  it('refuses before it connects where a secret is missing', async () => {
    await expect(handler().create(inputs({ system: 'a' }))).rejects.toThrow('no value for the secret "esrep"');
    expect(remote.calls).toEqual([]);
  });
});
