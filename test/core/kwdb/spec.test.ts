/** What a user may write about KWDB: mistakes all at once, with path and hint; what the server would take and must not get. */
import { describe, expect, it } from 'vitest';
import { formatFinding } from '../../../core/finding';
import { calendarOf } from '../../../core/kwdb/spec/calendar';
import { parseKwdbSpec } from '../../../core/kwdb/spec/parseKwdbSpec';
import type { KwdbSpec } from '../../../core/kwdb/spec/types';
import { checkCrashRestart, crashRestartWords, describeCrashRestart } from '../../../core/kwdb/action/crashRestart';
import { hostKey } from '../spec/exampleCluster';

const node = (index: number): Record<string, unknown> => ({
  name: `kw${index}`,
  host: `10.77.54.1${index}`,
  hostKey: hostKey(index),
});
const input = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  nodes: [node(1), node(2), node(3)],
  ...more,
});
const off = { host: '10.77.54.20', hostKey: hostKey(9), directory: '/backup/plant' };
const backup = (more: Record<string, unknown> = {}): Record<string, unknown> =>
  input({ backup: { databases: [{ name: 'plant' }], ...more } });

function spec(given: unknown): KwdbSpec {
  const parsed = parseKwdbSpec(given, 'plant');
  if (!parsed.ok) throw new Error(parsed.findings.map(formatFinding).join('\n'));
  return parsed.spec;
}
function said(given: unknown): string[] {
  const parsed = parseKwdbSpec(given, 'plant');
  return parsed.ok ? [] : parsed.findings.map(({ path, message }) => `${path}: ${message}`);
}

describe('a KWDB specification', () => {
  it('has the installer’s paths and ports, level flush and an interval of a minute', () => {
    const { wal, ports, store, nodes, name } = spec(input());
    expect(wal).toEqual({ level: 'flush', checkpointSeconds: 60, assertTimeoutSeconds: 600 });
    expect({ ports, store, name }).toEqual({
      ports: { sql: 26257, http: 8080, brpc: 27257 },
      store: '/var/lib/kaiwudb',
      name: 'plant',
    });
    expect(nodes.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('fills in a backup: the first node, a daily timer, a directory below the external one', () => {
    expect(spec(backup({ offMachine: off })).backup).toMatchObject({
      node: 'kw1',
      directory: 'pulumi-kwdb/plant',
      externalDirectory: '/var/lib/kaiwudb/extern',
      schedule: { calendar: ['*-*-* 02:30:00'], longestGapSeconds: 86_400 },
      databases: [{ name: 'plant', tables: [], schemas: ['public'] }],
      offMachine: { ...off, user: 'kwdbbackup', port: 22, keepDays: 30 },
    });
  });

  it('fills in an object store: a prefix of its own; verification daily, or never', () => {
    const store = { endpoint: 'https://store:9000', region: 'us-east-1', bucket: 'backups' };
    expect(spec(backup({ objectStore: store })).backup).toMatchObject({
      objectStore: { ...store, prefix: 'plant', plainHttp: false, keepDays: 30 },
      verify: { calendar: ['*-*-* 05:30:00'], longestGapSeconds: 86_400 },
    });
    const plain = { ...store, endpoint: 'http://store:9000', plainHttp: true, caFile: '/etc/ca.pem' };
    expect(spec(backup({ objectStore: plain, verifySchedule: 'never' })).backup).toMatchObject({
      objectStore: plain,
      verify: { calendar: [], longestGapSeconds: 0 },
    });
  });

  it.each<[string, unknown, string[]]>([
    [
      'a level that is none',
      input({ wal: { level: 'full' } }),
      ['wal.level: "full" is not one of off, sync, flush, byrl'],
    ],
    ['a level as a number', input({ wal: { level: 7 } }), ['wal.level: 7 is not one of off, sync, flush, byrl']],
    [
      'an interval of nothing',
      input({ wal: { checkpointInterval: '0s' } }),
      ['wal.checkpointInterval: "0s" is no pause: KWDB takes it, and writes thousands of checkpoints a second'],
    ],
    [
      'an interval in days',
      input({ wal: { checkpointInterval: '1d' } }),
      ['wal.checkpointInterval: "1d" has a unit of days or months, which KWDB refuses for this setting'],
    ],
    [
      'an interval that is too long',
      input({ wal: { checkpointInterval: '25h' } }),
      ['wal.checkpointInterval: "25h" is longer than 24h'],
    ],
    [
      'level off without a waiver',
      input({ wal: { level: 'off' } }),
      ['wal.level: off keeps less than flush, which a server has by itself, and there is no waiver'],
    ],
    [
      'a waiver without an end',
      input({ wal: { level: 'off', waiver: { owner: 'Li', reason: 'x', until: 'later' } } }),
      ['wal.waiver.until: "later" is no day'],
    ],
    ['a version of before', input({ version: '2.2.2' }), ['version: "2.2.2" is no version of KWDB from 3.0 on']],
    [
      'names that are none',
      { nodes: [{ ...node(1), name: 'KW 1' }], name: '9' },
      ['name: "9" cannot name a cluster', 'nodes[0].name: "KW 1" cannot be a node name'],
    ],
    [
      'paths that are none',
      input({ store: 'data', managementUser: 'Root!' }),
      ['store: "data" is no absolute path', 'managementUser: "Root!" is not the name of a Unix user'],
    ],
    ['no databases', backup({ databases: [] }), ['backup.databases: is empty']],
    [
      'databases that cannot be',
      backup({
        databases: [{ name: 'a b' }, { name: 'system' }, { name: 'system', tables: ['a.b.c'], schemas: ['x;y'] }],
      }),
      [
        'backup.databases[0].name: "a b" cannot be handed to the scripts of a backup',
        'backup.databases[1].name: system is no database of yours',
        'backup.databases[2].name: system is no database of yours',
        'backup.databases[2].name: "system" is named twice',
        'backup.databases[2].tables[0]: "a.b.c" cannot be handed to the scripts of a backup',
        'backup.databases[2].schemas[0]: "x;y" cannot be handed to the scripts of a backup',
      ],
    ],
    [
      'another node',
      backup({ node: 'kw9', directory: '../x' }),
      ['backup.node: there is no node "kw9"', 'backup.directory: "../x" is no path below the external directory'],
    ],
    [
      'a schedule that is none',
      backup({ schedule: 'sometimes' }),
      ['backup.schedule: "sometimes" is no schedule: has no time such as 02:00 at its end'],
    ],
    ['a schedule that never comes', backup({ schedule: 'never' }), ['backup.schedule: is never']],
    [
      'a second place on the same machine',
      backup({ offMachine: { ...off, host: '10.77.54.11', hostKey: 'x', user: 'A b', directory: 'x' } }),
      [
        'backup.offMachine.host: 10.77.54.11 is the node that the backup is on',
        'backup.offMachine.hostKey: is no host key',
        'backup.offMachine.user: "A b" is not the name of a Unix user',
        'backup.offMachine.directory: "x" is no absolute path',
      ],
    ],
    [
      'an object store that is none',
      backup({
        objectStore: { endpoint: 'http://10.77.54.20:9000', region: 'r', bucket: 'A', prefix: 'x/', caFile: 'ca.pem' },
        verifySchedule: 'sometimes',
      }),
      [
        'backup.verifySchedule: "sometimes" is no schedule: has no time such as 02:00 at its end',
        'backup.objectStore.endpoint: http://10.77.54.20:9000 sends every row of the backup in the clear',
        'backup.objectStore.bucket: "A" cannot name a bucket',
        'backup.objectStore.prefix: "x/" is no prefix of ours',
        'backup.objectStore.caFile: "ca.pem" is no absolute path',
      ],
    ],
    [
      'an object store without its bucket, and with a key in its address',
      backup({ objectStore: { endpoint: 'https://id:secret@store', region: 'us-east-1' } }),
      ['backup.objectStore.bucket: is missing', 'backup.objectStore.endpoint: names a user or a key'],
    ],
    [
      'an open network and a key twice',
      { nodes: [node(1), { ...node(2), hostKey: hostKey(1) }], clients: ['0.0.0.0/0'] },
      [
        'nodes[1].hostKey: same host key as nodes[0].hostKey',
        'clients[0]: 0.0.0.0/0 lets every address in the world connect',
      ],
    ],
    ['an unknown key', input({ wal: { levels: 'sync' } }), ['wal.levels: unknown key "levels"']],
    ['no object', 'x', ['cluster: expected an object, found "x"']],
  ])('with %s is refused', (_, given, wanted) => {
    expect(said(given)).toEqual(wanted);
  });

  it('takes a lower level with a waiver', () => {
    expect(
      spec(input({ wal: { level: 'off', waiver: { owner: 'Li', reason: 'bulk load', until: '2026-12-31' } } })).wal
        .level,
    ).toBe('off');
  });
});

describe('a schedule for systemd', () => {
  it.each([
    ['30 2 * * *', '*-*-* 02:30:00'],
    ['0 2 * * 0,3', 'Sun,Wed *-*-* 02:00:00'],
    ['5 3 1 * *', '*-*-01 03:05:00'],
    ['0 0,6,12,18 * * *', '*-*-* 00,06,12,18:00:00'],
    ['0 * * * *', '*-*-* *:00:00'],
  ])('of %s is %s', (cron, calendar) => {
    expect(calendarOf(cron)).toEqual([calendar]);
  });
});

describe('crashRestart', () => {
  it('is refused with an id that is none, and with itself to put back', () => {
    expect(checkCrashRestart({ requestId: 'a b', node: 'kw1', putBack: 'a b' }, 'x').map(({ path }) => path)).toEqual([
      'x.requestId',
      'x.putBack',
      'x.putBack',
    ]);
    expect(checkCrashRestart({ requestId: 'a', node: 'kw1' }, 'x')).toEqual([]);
  });

  it('is one call of the installed runner', () => {
    expect(crashRestartWords({ requestId: 'c2', node: 'kw1', putBack: 'c1' })).toEqual([
      '/usr/local/lib/pulumi-kwdb/action.sh',
      '--follow',
      'c2',
      'crashRestart',
      'node=kw1',
      'putBack=c1',
    ]);
    expect(describeCrashRestart({ requestId: 'c2', node: 'kw1', putBack: 'c1' })).toContain(
      'PUTS BACK the log that request c1 kept',
    );
  });
});
