/** The files that land on a node of KWDB: goldens, and what was written read back, with hostile strings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { parseConf, parseSections, parseWanted } from '../../../core/kwdb/parse/files';
import { backupFiles, backupSecretFiles } from '../../../core/kwdb/render/backupFiles';
import { baseFiles, levelFiles, serviceFiles } from '../../../core/kwdb/render/kwdbFiles';
import { backupConf } from '../../../core/kwdb/render/views';
import { toKwdbTarget } from '../../../core/kwdb/target';
import { parseKwdbSpec } from '../../../core/kwdb/spec/parseKwdbSpec';
import type { KwdbBackup, KwdbNode, KwdbSpec } from '../../../core/kwdb/spec/types';
import { parseFirewalldPolicy, parseNftTable } from '../../../core/render/parse/firewall';
import { renderTemplate } from '../../../core/render/template';
import type { RenderedFile } from '../../../core/render/types';
import { hostKey } from '../spec/exampleCluster';

const templates = loadTemplates();
const node = (index: number, host = `10.77.54.1${index}`): Record<string, unknown> => ({
  name: `kw${index}`,
  host,
  hostKey: hostKey(index),
});
const whole = {
  nodes: [node(1), node(2), node(3)],
  clients: ['10.1.0.0/16', 'fd00::/64'],
  wal: { level: 'sync', checkpointInterval: '5m' },
  service: { restartSeconds: 20 },
  backup: {
    databases: [{ name: 'plant' }, { name: 'shop', tables: ['orders', 'hr.pay'], schemas: ['public', 'hr'] }],
    schedule: 'weekly on Sunday 02:00',
    offMachine: { host: '10.77.54.20', port: 2222, hostKey: hostKey(9), directory: '/backup/plant' },
    objectStore: { endpoint: 'https://store:9000', region: 'us-east-1', bucket: 'backups', caFile: '/etc/store.pem' },
  },
};
const single = {
  nodes: [node(1, 'fd00::11')],
  secureMode: 'insecure',
  firewall: 'none',
  service: { restartOnFailure: false },
  backup: { databases: [{ name: 'plant' }], verifySchedule: 'never' },
};

function make(input: object): { readonly spec: KwdbSpec; readonly files: readonly RenderedFile[] } {
  const parsed = parseKwdbSpec(input, 'plant');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  const { spec } = parsed;
  const given = { spec, node: spec.nodes[0] as KwdbNode, templates };
  return {
    spec,
    files: [
      ...baseFiles(given),
      ...levelFiles(given),
      ...serviceFiles(given),
      ...backupFiles(given, spec.backup as KwdbBackup),
      ...backupSecretFiles(spec.backup as KwdbBackup, templates),
    ],
  };
}
const textOf = (input: object, path: string): string => {
  const found = make(input).files.find((file) => file.path.endsWith(path));
  if (found === undefined) throw new Error(`no file ${path}`);
  return found.text;
};

describe('the files of a KWDB node', () => {
  it.each([
    ['cluster', whole],
    ['single', single],
  ])('of the %s are as the golden file has them', async (name, input) => {
    const texts = make(input).files.map(
      ({ path, mode, owner, onChange, program, text }) =>
        `==> ${path} ${mode} ${owner} ${onChange}\n${program === undefined ? text : `(program ${program})\n`}`,
    );
    await expect(texts.join('\n')).toMatchFileSnapshot(`../../golden/kwdb/${name}.txt`);
  });

  it('lie each under a path of its own', () => {
    const paths = make(whole).files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('start the server again only where that is declared, and keep its log before each start', () => {
    const service = parseSections(textOf(whole, '-service.conf'))['Service'];
    expect(service).toMatchObject({
      Restart: ['on-failure'],
      RestartSec: ['20'],
      ExecStartPre: ['-+/usr/local/lib/pulumi-kwdb/keep-wal.sh start 3'],
    });
    expect(parseSections(textOf(single, '-service.conf'))['Service']).not.toHaveProperty('Restart');
  });

  it('never wait for the level in the start of the server: a cluster without its majority has to start', () => {
    expect(parseSections(textOf(whole, '-level.conf'))['Service']).toEqual({
      ExecStartPost: ['-+/bin/systemctl --no-block restart pulumi-kwdb-level.service'],
    });
  });

  it('run the backup when declared', () => {
    expect(parseSections(textOf(whole, '.timer'))['Timer']).toEqual({
      OnCalendar: ['Sun *-*-* 02:00:00'],
      Persistent: ['true'],
    });
  });

  it('tell the installer what is declared', () => {
    expect(parseSections(textOf(whole, 'deploy.cfg'))).toMatchObject({
      global: {
        secure_mode: ['tls'],
        kaiwudb_port: ['26257'],
        rest_port: ['8080'],
        brpc_port: ['27257'],
        data_root: ['/var/lib/kaiwudb'],
      },
      local: { node_addr: ['10.77.54.11'] },
      cluster: { node_addr: ['10.77.54.12,10.77.54.13'] },
    });
    expect(parseSections(textOf(single, 'deploy.cfg'))).not.toHaveProperty('cluster');
  });

  it('open the ports between nodes to nodes alone', () => {
    const rules = parseFirewalldPolicy(textOf(whole, 'pulumi-kwdb.xml'));
    const sources = (port: string): string[] =>
      rules.filter(({ target }) => target === port).map(({ source }) => source);
    expect(sources('27257')).toEqual(['10.77.54.11', '10.77.54.12', '10.77.54.13']);
    expect(sources('26257')).toContain('fd00::/64');
    const table = parseNftTable(textOf(whole, 'pulumi-kwdb.nft'));
    const bySource = (all: typeof rules): string[] => all.map(({ source, target }) => `${source} ${target}`).sort();
    expect(bySource(table)).toEqual(bySource(rules));
  });

  it('reach the second machine by its pinned key alone', () => {
    expect(textOf(whole, 'known_hosts')).toContain(`[10.77.54.20]:2222 ${hostKey(9).split(' ').slice(0, 2).join(' ')}`);
    expect(make(single).files.some(({ path }) => path.endsWith('known_hosts'))).toBe(false);
  });

  it('hold the key of the object store for root alone, and as a placeholder until they are beside the node', () => {
    const key = make(whole).files.find(({ path }) => path === '/etc/pulumi-kwdb/object-store.key');
    expect(key).toMatchObject({
      mode: '0600',
      owner: 'root:root',
      text: 'id=@@secret:s3Key@@\nsecret=@@secret:s3KeySecret@@\n',
    });
    expect(parseConf(textOf(whole, 'object-store.conf'))).toMatchObject({
      endpoint: 'https://store:9000',
      prefix: 'plant',
      ca_file: '/etc/store.pem',
      runs: '/var/lib/kaiwudb/extern/pulumi-kwdb/plant',
    });
    expect(make(single).files.some(({ path }) => /object-store|s3\.py|aws\.py|verify\.timer/.test(path))).toBe(false);
  });

  it('give the scripts what was declared, quoting included', () => {
    const conf = textOf(whole, 'backup.conf');
    expect(parseConf(conf)).toMatchObject({
      KW_EXPORT_OPTIONS: " WITH chunk_rows='100000', charset='UTF-8'",
      KW_OFF_PORT: '2222',
      KW_KEEP_DAYS: '14',
    });
    expect(parseWanted(conf)).toEqual([
      { name: 'plant', tables: [], schemas: ['public'] },
      { name: 'shop', tables: ['orders', 'hr.pay'], schemas: ['public', 'hr'] },
    ]);
    expect(parseConf(textOf(single, 'kwdb.conf'))).toMatchObject({
      KW_ADDRESS: '[fd00::11]:26257',
      KW_CERTIFICATES: '',
      KW_LEVEL: '2',
      KW_CHECKPOINT_SECONDS: '60',
    });
  });

  it('come back whatever a name holds', () => {
    const { backup } = make(whole).spec;
    const name = fc.string({ unit: fc.constantFrom('a', "'", '"', '$', '%', ';', '\\', '水', ' ', '`'), minLength: 1 });
    fc.assert(
      fc.property(name, name, (database, directory) => {
        const view = backupConf({
          ...(backup as KwdbBackup),
          directory,
          databases: [{ name: 'x', tables: [], schemas: [] }],
        });
        const text = renderTemplate(templates, 'kwdb/backup.conf', 'shell', view);
        expect(parseConf(text)['KW_BACKUP_DIRECTORY']).toBe(directory);
        expect(database.length).toBeGreaterThan(0);
      }),
    );
  });

  it('have a target that says how the client is called', () => {
    const { spec } = make(whole);
    expect(toKwdbTarget(spec, spec.nodes[1] as KwdbNode)).toMatchObject({
      name: 'kw2',
      id: 2,
      address: '10.77.54.12:26257',
      certificates: '/etc/kaiwudb/certs',
      state: '/var/lib/pulumi-kingbase/kwdb-plant',
    });
    expect(toKwdbTarget(make(single).spec, make(single).spec.nodes[0] as KwdbNode)).not.toHaveProperty('certificates');
  });

  it('without a program is a mistake of ours', () => {
    const { spec } = make(whole);
    expect(() => levelFiles({ spec, templates: {} })).toThrow('there is no program kwdb/assert-level.sh');
  });
});
