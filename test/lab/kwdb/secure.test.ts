// The stand-in with certificates, as kwbase cert makes them: TLS is asked for, a client is who its certificate says.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSY_MS } from './support/scratch';
import { standIn, type Answer, type StandIn } from './support/standIn';

let root: string;
let certs: string;
let kwbase: StandIn;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'kwdb-secure-'));
  certs = join(root, 'certs');
  kwbase = standIn(root, { words: [`--certs-dir=${certs}`], client: [`--certs-dir=${certs}`] });
  const make = (...words: readonly string[]): Answer =>
    kwbase.run(['cert', ...words, `--certs-dir=${certs}`, `--ca-key=${join(certs, 'ca.key')}`]);
  const made = [
    make('create-ca'),
    make('create-node', '127.0.0.1', 'localhost'),
    make('create-client', 'root'),
    make('create-client', 'reader'),
  ];
  expect(made.map((answer) => [answer.exit, answer.stderr])).toEqual(made.map(() => [0, '']));
  await kwbase.start();
}, BUSY_MS);
afterAll(async () => {
  await kwbase.kill9();
  rmSync(root, { recursive: true, force: true });
}, BUSY_MS);

describe('a secure node', () => {
  it('has the files that deploy.sh would hand over', () => {
    expect(
      readdirSync(certs)
        .filter((name) => /\.(crt|key)$/.test(name))
        .sort(),
    ).toEqual([
      'ca.crt',
      'ca.key',
      'client.reader.crt',
      'client.reader.key',
      'client.root.crt',
      'client.root.key',
      'node.crt',
      'node.key',
    ]);
  });

  it('answers a client with a certificate', () => {
    expect(kwbase.sql('SHOW CLUSTER SETTING ts.wal.wal_level')).toEqual({
      exit: 0,
      stdout: 'ts.wal.wal_level\n2\n',
      stderr: '',
    });
    expect(kwbase.run(['node', 'ls', `--certs-dir=${certs}`, '--host', kwbase.address]).stdout).toBe('id\n1\n');
  });

  it('refuses one without', () => {
    const { exit, stderr } = kwbase.run(['sql', '--insecure', '--host', kwbase.address, '-e', 'SHOW DATABASES']);
    expect([exit, stderr]).toEqual([
      1,
      expect.stringContaining('node is running secure mode, SSL connection required'),
    ]);
  });

  it('gives a user who is no administrator what such a user gets', () => {
    kwbase.sql('CREATE USER reader');
    const { stderr } = kwbase.sql('SET CLUSTER SETTING ts.wal.wal_level = 0', ['--user=reader']);
    expect(stderr).toContain('SQLSTATE: 42501');
  });

  it('stops when it is asked to quit', async () => {
    expect(kwbase.run(['quit', `--certs-dir=${certs}`, '--host', kwbase.address])).toMatchObject({ exit: 0 });
    await kwbase.stop();
    expect(kwbase.sql('SHOW DATABASES').stderr).toContain('cannot dial server');
  });
});
