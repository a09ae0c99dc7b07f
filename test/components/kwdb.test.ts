/** The components of KWDB under the SDK's mock monitor: what each declares, in which order, and what is refused before anything is declared. */
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Backup } from '../../components/kwdb/backup';
import { CrashRestart } from '../../components/kwdb/crashRestart';
import { Restore } from '../../components/kwdb/restore';
import { Service } from '../../components/kwdb/service';
import { WalSettings } from '../../components/kwdb/settings';
import { hostKey } from '../core/spec/exampleCluster';
import { recordResources, SECRET, valueOf, type Recorder } from '../support/pulumiMocks';

const cluster = {
  nodes: [1, 2].map((index) => ({ name: `kw${index}`, host: `10.77.54.1${index}`, hostKey: hostKey(index) })),
  connection: { user: 'ops', agent: true },
};
const RECORD = {
  requestId: 'r1',
  kind: 'kwdbRestore',
  cluster: 'plant',
  node: 'kw1',
  state: 'succeeded',
  inputs: {},
  reason: null,
  startedAt: '2026-11-30T00:00:00.000Z',
};
const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';

let recorder: Recorder;
beforeAll(async () => {
  recorder = await recordResources((type) => {
    if (type.endsWith(':KwdbRestore')) return { record: RECORD };
    if (type.endsWith(':KwdbBackup')) return { publicKey: 'ssh-ed25519 AAAA', observed: { reachable: true } };
    return type.endsWith(':Command') ? { stdout: JSON.stringify(RECORD) } : {};
  });
});
beforeEach(() => recorder.clear());

const declare = (more: object = {}): WalSettings =>
  new WalSettings('plant', { cluster, level: 'sync', checkpointInterval: '5m', ...more });

describe('WalSettings', () => {
  it('places files on each node, then sets the level once for the cluster', async () => {
    const settings = declare();
    await valueOf(settings.observed);
    expect(recorder.names(`${DYNAMIC}KwdbFiles`)).toEqual(['plant-kw1-files', 'plant-kw2-files']);
    const wal = recorder.find('plant-wal');
    expect(wal.inputs).toMatchObject({ cluster: 'plant', level: 'sync', checkpointSeconds: 300 });
    expect(wal.dependsOn).toEqual(expect.arrayContaining(['plant-kw1-files', 'plant-kw2-files']));
    expect(recorder.find('plant').inputs['rpo']).toMatchObject({ processKill: 'nothing that was acknowledged' });
    expect(settings.rpo.osCrash).toContain('nothing that was acknowledged');
  });

  it('keeps a given key secret', async () => {
    await valueOf(declare({ privateKey: 'PRIVATE' }).observed);
    expect(recorder.find('plant-wal').additionalSecretOutputs).toContain('nodes');
    expect(recorder.find('plant-kw1-files').additionalSecretOutputs).toContain('connection');
  });

  it('refuses what the server would take, with path and hint, and declares nothing', () => {
    expect(() => declare({ level: 'off', checkpointInterval: '0s' })).toThrow(
      /wal\.checkpointInterval: "0s" is no pause[\s\S]*wal\.level: off keeps less than flush/,
    );
    expect(recorder.resources).toEqual([]);
  });
});

describe('Service and Backup', () => {
  it('stand on the settings', async () => {
    const settings = declare();
    new Service('service', { settings, restartSeconds: 20 });
    const backup = new Backup('backup', { settings, databases: [{ name: 'plant' }] });
    expect(await valueOf(backup.publicKey)).toBe('ssh-ed25519 AAAA');
    expect(recorder.find('service-kw1-files').dependsOn).toContain('plant-wal');
    expect(JSON.stringify(recorder.find('service-kw1-files').inputs['files'])).toContain('RestartSec=20');
    const look = recorder.find('backup-look');
    expect(look.inputs['backup']).toMatchObject({
      root: '/var/lib/kaiwudb/extern/pulumi-kwdb/plant',
      timer: 'pulumi-kwdb-backup.timer',
      databases: ['plant'],
    });
    expect(look.dependsOn).toContain('backup-kw1-files');
    expect(recorder.names(`${DYNAMIC}KwdbBackup`)).toEqual(['backup-look']);
  });
});

describe('certificates', () => {
  const pem = (what: string): string => `-----BEGIN ${what}-----\nPRIVATE\n-----END ${what}-----\n`;
  const pair = { certificate: pem('CERTIFICATE'), key: pem('PRIVATE KEY') };
  const certificates = { ca: pem('CERTIFICATE'), nodes: { kw1: pair, kw2: pair }, client: pair };

  it('are placed as secrets, node after node, after the statements about the level', async () => {
    new Service('service', {
      settings: declare(),
      replaceCertificates: true,
      certificates: pulumi.output(certificates),
    });
    await valueOf(declare().observed);
    const type = `${DYNAMIC}KwdbCertificates`;
    await expect.poll(() => recorder.names(type)).toEqual(['service-kw1-certificates', 'service-kw2-certificates']);
    const [one, two] = [recorder.find('service-kw1-certificates'), recorder.find('service-kw2-certificates')];
    expect(one.dependsOn).toContain('plant-wal');
    expect(one.dependsOn).not.toContain('service-kw2-certificates');
    expect(two.dependsOn).toContain('service-kw1-certificates');
    expect(one.additionalSecretOutputs).toContain('secrets');
    expect(one.inputs).toMatchObject({ host: '10.77.54.11', replace: true, reload: 'signal' });
    const { value } = one.inputs['secrets'] as { value: unknown };
    expect(Object.keys(value as object)).toEqual([
      'ca.crt',
      'client.root.crt',
      'client.root.key',
      'node.crt',
      'node.key',
    ]);
    expect(one.sent['secrets']).toHaveProperty(SECRET);
    const others = recorder.resources.filter((each) => each.type !== type);
    expect(JSON.stringify(others.map(({ inputs }) => inputs))).not.toContain('PRIVATE');
  });

  it('of a wrong shape are told by the resource, without a value', async () => {
    const wrong = { ca: 'PRIVATE', nodes: { kw1: { certificate: 'PRIVATE' } } };
    new Service('service', { settings: declare(), certificates: wrong as never });
    await expect.poll(() => recorder.names(`${DYNAMIC}KwdbCertificates`)).toHaveLength(2);
    const { inputs } = recorder.find('service-kw1-certificates');
    expect((inputs['problems'] as string[]).map((text) => text.split('\n')[0])).toEqual([
      'certificates.ca: holds no -----BEGIN CERTIFICATE-----',
      'certificates.nodes.kw1.certificate: holds no -----BEGIN CERTIFICATE-----',
      'certificates.nodes.kw1.key: holds no -----BEGIN PRIVATE KEY-----',
      'certificates.nodes.kw2: is not given',
    ]);
    expect(JSON.stringify(inputs['problems'])).not.toContain('"PRIVATE"');
  });

  it.each([
    ['insecure', 'are given, and secureMode is insecure: no server would read them'],
    ['tlcp', 'are given, and secureMode is tlcp: under which names'],
  ] as const)('are refused where secureMode is %s', (secureMode, wanted) => {
    const settings = declare({ cluster: { ...cluster, secureMode } });
    expect(() => new Service('service', { settings, certificates })).toThrow(`service.certificates: ${wanted}`);
  });
});

describe('an object store', () => {
  const objectStore = { endpoint: 'https://store:9000', region: 'us-east-1', bucket: 'backups' };
  const databases = [{ name: 'plant' }];

  it('has its key in a file of its own, as a secret, before the node is looked at', async () => {
    const objectStoreKey = pulumi.output({ id: 'AKIA', secret: 'PRIVATE' });
    const backup = new Backup('backup', { settings: declare(), databases, objectStore, objectStoreKey });
    await valueOf(backup.publicKey);
    const key = recorder.find('backup-key');
    expect(key.type).toBe(`${DYNAMIC}KwdbSecrets`);
    expect(key.additionalSecretOutputs).toContain('secrets');
    // As secrets travel: marked, not in the clear.
    const marked = { [SECRET]: expect.any(String) };
    expect(key.inputs['secrets']).toEqual({
      s3Key: { ...marked, value: 'AKIA' },
      s3KeySecret: { ...marked, value: 'PRIVATE' },
    });
    expect(recorder.find('backup-look').dependsOn).toContain('backup-key');
    expect(recorder.find('backup-look').inputs['backup']).toMatchObject({ wantsCopy: true });
    const others = recorder.resources.filter(({ name }) => name !== 'backup-key');
    expect(JSON.stringify(others.map(({ inputs }) => inputs))).not.toContain('PRIVATE');
  });

  it('without a key is refused', () => {
    expect(() => new Backup('backup', { settings: declare(), databases, objectStore })).toThrow(
      /backup\.objectStoreKey: backup\.objectStore is declared, and there is no key for it[\s\S]*kwdbObjectStoreKey\.id/,
    );
  });
});

describe('records', () => {
  it('of a restore are one resource under the request id, and give what was recorded', async () => {
    const backup = new Backup('backup', { settings: declare(), databases: [{ name: 'plant' }] });
    const restore = new Restore('restore', { backup, requestId: 'r1', run: '20261130T031500Z', database: 'plant' });
    expect(await valueOf(restore.result)).toEqual(RECORD);
    expect(recorder.find('restore-run').inputs).toMatchObject({
      requestId: 'r1',
      directory: 'pulumi-kwdb/plant',
      externalDirectory: '/var/lib/kaiwudb/extern',
    });
    expect(() => new Restore('wrong', { backup, requestId: 'r 1', run: 'x', database: 'plant' })).toThrow(
      /wrong\.requestId[\s\S]*wrong\.run/,
    );
  });

  it('of a crash depend on no setting: they work on a node that is down', async () => {
    const crash = new CrashRestart('crash', { settings: declare(), requestId: 'c1', node: 'kw2' });
    await valueOf(crash.result);
    const run = recorder.find('crash-run');
    expect(run.inputs['create']).toBe(
      "sudo -n /usr/local/lib/pulumi-kwdb/action.sh --follow 'c1' 'crashRestart' 'node=kw2'",
    );
    expect(run.dependsOn).toEqual(['crash-gate']);
    expect(() => new CrashRestart('x', { settings: declare(), requestId: 'c1', node: 'kw9' })).toThrow(
      'there is no node "kw9"',
    );
  });
});
