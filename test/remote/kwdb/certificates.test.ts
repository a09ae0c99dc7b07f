/**
 * kingbase:KwdbCertificates on a server that runs with them: placed before its first start, renewed while it runs and seen in what it shows, never over what is
 * not ours. Seen to fail: without `notOurs` the file of somebody else is overwritten; without kill -HUP the server goes on showing the old one.
 */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { KwdbKeyPair } from '../../../core/kwdb/placedCertificates';
import { kwdbCertificatesHandler, type KwdbCertificatesInputs } from '../../../remote/handlers/kwdbCertificates';
import { BUSY_MS } from '../../lab/kwdb/support/scratch';
import { standIn, type StandIn } from '../../lab/kwdb/support/standIn';
import { Authority } from '../../support/certificates';
import { LocalRemote } from '../../support/localRemote';
import { NODE, placing, secretsOf } from './placing';

let house: Authority;
let other: Authority;
let pair: KwdbKeyPair;
let renewed: KwdbKeyPair;
let client: KwdbKeyPair;
beforeAll(() => {
  house = new Authority('house');
  other = new Authority('another');
  [pair, renewed] = [house.issue(NODE), house.issue(NODE)];
  client = house.issue({ commonName: 'root', usages: 'clientAuth' });
}, BUSY_MS);
afterAll(() => {
  house.remove();
  other.remove();
});

let root: string;
let certs: string;
let remote: LocalRemote;
let kwbase: StandIn;
const handler = () => kwdbCertificatesHandler(() => remote);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kwdb-placed-'));
  certs = join(root, 'certs');
  remote = new LocalRemote(root);
  remote.stub('systemctl', `case $* in *MainPID*) cat ${root}/pid 2>/dev/null ;; *) date -d @1 ;; esac`);
  kwbase = standIn(root, { words: [`--certs-dir=${certs}`], client: [`--certs-dir=${certs}`] });
});
afterEach(async () => {
  await kwbase.kill9();
  rmSync(root, { recursive: true, force: true });
}, BUSY_MS);

async function start(): Promise<void> {
  await kwbase.start();
  writeFileSync(join(root, 'pid'), `${kwbase.pid ?? ''}\n`);
}

function inputs(own: KwdbKeyPair, more: Partial<KwdbCertificatesInputs> = {}): KwdbCertificatesInputs {
  return { ...placing({ root, address: kwbase.address, secrets: secretsOf(house.certificate, own, client) }), ...more };
}
const ask = () => kwbase.sql('SHOW CLUSTER SETTING ts.wal.wal_level');

describe('certificates of a node', () => {
  it(
    'are there before its first start, with keys for its owner alone, and it starts with them',
    async () => {
      const { outs } = await handler().create(inputs(pair));
      expect(outs.observed).toEqual({ reachable: true, drift: {}, shown: 'stopped' });
      expect(readdirSync(certs).sort()).toEqual([
        'ca.crt',
        'client.root.crt',
        'client.root.key',
        'node.crt',
        'node.key',
      ]);
      expect(
        ['node.key', 'client.root.key', 'node.crt'].map((name) => statSync(join(certs, name)).mode & 0o777),
      ).toEqual([0o600, 0o600, 0o644]);
      expect(statSync(certs).mode & 0o777).toBe(0o700);
      await start();
      expect(ask()).toMatchObject({ exit: 0, stderr: '' });
      const props = { ...outs, ...inputs(pair) };
      expect((await handler().read('x', props)).props.observed).toEqual({ reachable: true, drift: {}, shown: 'same' });
    },
    BUSY_MS,
  );

  it(
    'that are renewed are what the running server shows, without a restart',
    async () => {
      await handler().create(inputs(pair));
      await start();
      const { pid } = kwbase;
      const olds = inputs(pair);
      const { outs } = await handler().update('x', olds, inputs(renewed));
      expect(outs.observed).toMatchObject({ shown: 'same', drift: {} });
      expect(readFileSync(join(certs, 'node.key'), 'utf8')).toBe(renewed.key);
      expect(kwbase.pid).toBe(pid);
      expect(ask()).toMatchObject({ exit: 0, stderr: '' });
      expect(readFileSync(join(kwbase.store, 'logs/kwbase.log'), 'utf8')).toContain(
        'successfully reloaded certificates',
      );
      // What was there is kept for root alone.
      const kept = readdirSync(join(root, 'state/certificates'));
      expect(kept.map((name) => name.slice(13)).sort()).toEqual(['node.crt', 'node.key']);
    },
    BUSY_MS,
  );

  it(
    'wait for a restart where that is declared, which a refresh tells',
    async () => {
      await handler().create(inputs(pair));
      await start();
      const none = { reload: 'none' as const };
      const { outs } = await handler().update('x', inputs(pair), inputs(renewed, none));
      expect(outs.observed).toMatchObject({ shown: 'waiting' });
      const seen = (await handler().read('x', outs)).props;
      expect(seen.observed).toMatchObject({ shown: 'other' });
      expect(await handler().diff('x', seen, inputs(renewed, none))).toEqual({ changes: false });
      expect(await handler().diff('x', seen, inputs(renewed))).toEqual({ changes: true });
      const repaired = await handler().update('x', seen, inputs(renewed));
      expect(repaired.outs.observed).toMatchObject({ shown: 'same' });
    },
    BUSY_MS,
  );

  it(
    'are reloaded by the next run where one was cut after the files were written',
    async () => {
      await handler().create(inputs(pair));
      await start();
      const cut = inputs(renewed, { reload: 'none' });
      await handler().update('x', inputs(pair), cut);
      // As if that run had died: the state still holds what was before it.
      const { outs } = await handler().update('x', inputs(pair), inputs(renewed));
      expect(outs.observed).toMatchObject({ shown: 'same' });
      expect(existsSync(join(root, 'state/certificates.pending'))).toBe(false);
    },
    BUSY_MS,
  );

  it('never reach a process that does not catch the signal', async () => {
    await handler().create(inputs(pair));
    const { spawn } = await import('node:child_process');
    const deaf = spawn('sleep', ['600']);
    try {
      writeFileSync(join(root, 'pid'), `${deaf.pid ?? ''}\n`);
      await expect(handler().update('x', inputs(pair), inputs(renewed))).rejects.toThrow(/does not listen to SIGHUP/);
      expect(deaf.exitCode ?? deaf.signalCode).toBeNull();
    } finally {
      deaf.kill('SIGKILL');
    }
  });
});

describe('a file that is not ours', () => {
  const foreign = (): void => {
    const made = other.issue(NODE);
    writeFileSync(join(certs, 'node.key'), made.key, { mode: 0o600 });
    writeFileSync(join(certs, 'node.crt'), made.certificate);
  };

  it('is never overwritten, and named, with nothing changed', async () => {
    await handler().create(inputs(pair, { secrets: { 'ca.crt': house.certificate } }));
    foreign();
    const before = readFileSync(join(certs, 'node.key'), 'utf8');
    await expect(handler().create(inputs(pair))).rejects.toThrow(
      /kw1: \S+certs\/node\.crt: is there, and is neither[\s\S]*node\.key: is there/,
    );
    expect(readFileSync(join(certs, 'node.key'), 'utf8')).toBe(before);
    expect(existsSync(join(certs, 'client.root.key'))).toBe(false);
  });

  it('goes where that is declared, and is kept', async () => {
    await handler().create(inputs(pair));
    foreign();
    const theirs = readFileSync(join(certs, 'node.key'), 'utf8');
    const props = (await handler().read('x', { ...inputs(pair) })).props;
    expect(props.observed).toMatchObject({
      drift: { [join(certs, 'node.crt')]: 'content', [join(certs, 'node.key')]: 'content' },
    });
    expect(await handler().diff('x', props, inputs(pair))).toEqual({ changes: true });
    await expect(handler().update('x', props, inputs(pair))).rejects.toThrow(/replaceCertificates/);
    await handler().update('x', props, inputs(pair, { replace: true }));
    expect(readFileSync(join(certs, 'node.key'), 'utf8')).toBe(pair.key);
    const state = join(root, 'state/certificates');
    const kept = readdirSync(state).filter((name) => name.endsWith('node.key'));
    expect(kept.map((name) => readFileSync(join(state, name), 'utf8'))).toEqual([theirs]);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  it('that is gone or open is seen by a refresh, and put back', async () => {
    await handler().create(inputs(pair));
    rmSync(join(certs, 'node.key'));
    chmodSync(join(certs, 'client.root.key'), 0o640);
    const { props } = await handler().read('x', { ...inputs(pair) });
    expect(props.observed).toMatchObject({
      drift: { [join(certs, 'node.key')]: 'missing', [join(certs, 'client.root.key')]: 'mode' },
    });
    await handler().update('x', props, inputs(pair));
    expect(statSync(join(certs, 'node.key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(certs, 'client.root.key')).mode & 0o777).toBe(0o600);
  });

  it('is missed, and no directory is made, by a look', async () => {
    const { props } = await handler().read('x', { ...inputs(pair) });
    expect(Object.values((props.observed as { drift: object }).drift)).toEqual(
      Array.from({ length: 5 }, () => 'missing'),
    );
    expect(existsSync(certs)).toBe(false);
    const nobody = inputs(pair);
    const target = { ...nobody.target, user: 'nobody-here' };
    await expect(handler().create({ ...nobody, target })).rejects.toThrow('there is no user nobody-here on this host');
  });

  it('stays when the resource goes', async () => {
    const { outs } = await handler().create(inputs(pair));
    await handler().delete('x', outs);
    expect(readdirSync(certs)).toHaveLength(5);
  });
});
