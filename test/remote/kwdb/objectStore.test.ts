/**
 * Runs of a backup in an object store, as the node's own program copies, proves, fetches and removes them, against a store in this process that checks every
 * signature. Whole runs of backup.sh over the stand-in are in copies.test.ts; here a run is a folder with a manifest.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeS3, S3_KEY } from '../../support/fakeS3';
import { KwdbNodeFolder } from './nodeFolder';

const RUN = '20261130T031500Z';
const FILES = {
  'databases/plant/meta.sql': 'CREATE TS DATABASE plant;\n',
  'databases/plant/public/meter/n1.0.csv': '2026-01-01 00:00:00+00:00,1.5,a,1\n'.repeat(4000),
  'counts.tsv': 'timeSeries\tplant\tpublic\tmeter\t4000\n',
  'databases/工厂 $x/n1.0.csv': '1\n',
};

let store: FakeS3;
let node: KwdbNodeFolder;
let endpoint: string;
beforeEach(async () => {
  store = new FakeS3();
  endpoint = await store.start();
  node = new KwdbNodeFolder({ store: '/nowhere', address: '' } as never);
  Object.assign(node, { external: join(dirname(node.library), 'extern') });
  Object.assign(node, { runs: join(node.external, 'pulumi-kwdb/plant') });
  mkdirSync(node.external);
  node.useStore({ endpoint, bucket: 'backups', key: S3_KEY, keepDays: 30 });
});
afterEach(async () => {
  await store.stop();
  node.remove();
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
function makeRun(name = RUN, verdict = 'good'): string {
  const place = join(node.runs, name);
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  const files = Object.entries(FILES).map(([path, text]) => ({
    path,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
  }));
  writeFileSync(join(place, 'manifest.json'), JSON.stringify({ format: 1, run: name, files, verdict }));
  writeFileSync(join(place, 'SHA256SUMS'), files.map(({ path, sha256: sum }) => `${sum}  ${path}\n`).join(''));
  writeFileSync(join(place, 'verdict'), `${verdict}\n`);
  return place;
}
const copy = (verb = 'put', run = RUN) => node.runBeside(['object-store.py', verb, run]);
const listed = async (): Promise<string> => (await node.runBeside(['object-store.py', 'list'])).out;

describe('a copy in an object store', () => {
  it('is every file of the run with its bytes, the manifest last, each read back', async () => {
    makeRun();
    expect(await copy()).toMatchObject({ code: 0, err: expect.stringContaining('every object was read back') });
    for (const [path, text] of Object.entries(FILES))
      expect(store.objects.get(`plant/${RUN}/${path}`)?.toString()).toBe(text);
    const puts = store.calls.filter((call) => call.startsWith('PUT'));
    expect(puts.at(-1)).toBe(`PUT plant/${RUN}/manifest.json`);
    for (const put of puts) expect(store.calls).toContain(put.replace('PUT', 'GET'));
    expect(await listed()).toBe(`${RUN} good\n`);
    expect(await copy('prove')).toMatchObject({ code: 0, err: expect.stringContaining('4 objects') });
  });

  it('goes by TLS to whom its certificate names alone', async () => {
    const cert = join(node.library, 'store.pem');
    const key = join(node.library, 'store.key');
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=store'.split(
      ' ',
    );
    const name = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...words, ...name], { stdio: 'ignore' });
    const secure = new FakeS3('backups', { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
    const options = { endpoint: await secure.start(), bucket: 'backups', key: S3_KEY };
    makeRun();
    node.useStore(options);
    expect(await copy()).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no answer from .*certificate verify failed/i),
    });
    expect(secure.calls).toEqual([]);
    node.useStore({ ...options, caFile: cert });
    expect(await copy()).toMatchObject({ code: 0 });
    expect(secure.objects.size).toBe(Object.keys(FILES).length + 3);
    await secure.stop();
  }, 60_000);

  it('of a run that is not good is refused before a request', async () => {
    makeRun(RUN, 'bad');
    expect(await copy()).toMatchObject({ code: 1, err: `${RUN} is no good run, and is not copied\n` });
    expect(store.calls).toEqual([]);
  });

  it.each([
    [
      'loses half of a body',
      'lose',
      /meter\/n1\.0\.csv of \S+ is in the store with 68000 bytes .* and not with 136000/,
    ],
    [
      'changes a byte',
      'change',
      /meter\/n1\.0\.csv of \S+ is in the store with 136000 bytes and sha256 \w{64}, and not/,
    ],
    ['denies', 'deny', /PUT \S+meter\/n1\.0\.csv: 127\.0\.0\.1:\d+ answers 403 AccessDenied Access Denied/],
    ['sends elsewhere', 'redirect', /answers 307/],
  ] as const)(
    'is no copy where the store %s, whatever the store answers, and is never taken for one',
    async (_, how, said) => {
      makeRun();
      store.faults = [{ key: /meter/, how, method: 'PUT' }];
      const done = await copy();
      expect(done.code).toBe(1);
      expect(done.err).toMatch(said);
      expect(store.objects.has(`plant/${RUN}/manifest.json`)).toBe(false);
      expect(await listed()).toBe(`${RUN} unfinished\n`);
      // Nothing of the key is in what was said, and the secret never went out.
      expect(done.err).not.toContain(S3_KEY.secret);
      expect(store.heard.join('\n')).not.toContain(S3_KEY.secret);
    },
  );

  it.each([
    ['a busy store', 'fail'],
    ['a connection that breaks', 'cut'],
  ] as const)(
    'waits for %s, and gives up with the reason',
    async (_, how) => {
      makeRun();
      store.faults = [{ key: /meter/, how, times: 1 }];
      expect((await copy()).code).toBe(0);
      store.faults = [{ key: /meter/, how }];
      const done = await copy();
      expect(done.code).toBe(1);
      expect(done.err).toContain('(3 attempts)');
    },
    60_000,
  );

  it('is refused with another key', async () => {
    makeRun();
    node.useStore({ endpoint, bucket: 'backups', key: { ...S3_KEY, secret: 'another' } });
    const done = await copy();
    expect(done).toMatchObject({ code: 1, err: expect.stringContaining('SignatureDoesNotMatch another signature') });
    expect(done.err).not.toContain('another\n');
  });

  it('of a file that changed since its manifest is refused: what is wrong here must not replace what is right there', async () => {
    const place = makeRun();
    await copy();
    writeFileSync(join(place, 'counts.tsv'), 'other');
    expect(await copy()).toMatchObject({ code: 1, err: expect.stringContaining('counts.tsv of ') });
    expect(store.objects.get(`plant/${RUN}/counts.tsv`)?.toString()).toBe(FILES['counts.tsv']);
  });

  it('that was damaged there is found by reading it again', async () => {
    makeRun();
    await copy();
    store.objects.set(`plant/${RUN}/counts.tsv`, Buffer.from('x'));
    expect(await copy('prove')).toMatchObject({ code: 1, err: expect.stringContaining('counts.tsv of ') });
    store.faults = [{ key: /meta/, how: 'redirect' }];
    expect((await copy('prove')).err).toMatch(/GET \S+meta\.sql: \S+ answers 307/);
    store.faults = [];
    store.objects.delete(`plant/${RUN}/counts.tsv`);
    expect(await copy('prove')).toMatchObject({ code: 1, err: expect.stringContaining('404 NoSuchKey') });
  });
});

describe('a run that is fetched', () => {
  it('is whole, or is not there', async () => {
    const place = makeRun();
    await copy();
    expect(await copy('fetch')).toMatchObject({ code: 1, err: expect.stringContaining('is there already') });
    rmSync(place, { recursive: true });
    store.faults = [{ key: /meter/, how: 'deny', method: 'GET' }];
    expect((await copy('fetch')).code).toBe(1);
    expect(existsSync(place)).toBe(false);
    store.faults = [];
    expect(await copy('fetch')).toMatchObject({ code: 0 });
    for (const [path, text] of Object.entries(FILES)) expect(readFileSync(join(place, path), 'utf8')).toBe(text);
    expect(readFileSync(join(place, 'verdict'), 'utf8')).toBe('good\n');
    expect(statSync(place).mode & 0o777).toBe(0o750);
    expect(readdirSync(node.runs)).toEqual([RUN]);
  });

  it('never leaves its directory, whatever a manifest names', async () => {
    makeRun();
    await copy();
    const manifest = { format: 1, run: RUN, files: [{ path: '../../evil', bytes: 1, sha256: sha256('x') }] };
    store.objects.set(`plant/${RUN}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
    rmSync(join(node.runs, RUN), { recursive: true });
    expect(await copy('fetch')).toMatchObject({ code: 1, err: expect.stringContaining('is no file of a run') });
  });
});

it('a run that is removed loses its manifest first, and others stay', async () => {
  makeRun();
  makeRun('20261129T031500Z');
  await copy();
  await copy('put', '20261129T031500Z');
  store.faults = [{ key: /counts/, how: 'deny', method: 'DELETE' }];
  expect((await copy('remove')).code).toBe(1);
  expect(await listed()).toBe(`20261129T031500Z good\n${RUN} unfinished\n`);
  store.faults = [];
  expect((await copy('remove')).code).toBe(0);
  expect(await listed()).toBe('20261129T031500Z good\n');
});
