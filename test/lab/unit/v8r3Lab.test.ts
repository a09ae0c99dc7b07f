// The lab of V8R3 as far as it needs no machine: which words ask for it, what its stack declares, and that our rendered files say the same in the words
// of pgpool-II 4.3 and PostgreSQL 15.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { fillSecrets } from '../../../core/render/fillSecrets';
import { parsePoolConf } from '../../../core/v8r3/parse/poolConf';
import { planV8r3 } from '../../../core/v8r3/plan/planV8r3';
import type { V8r3Plan } from '../../../core/v8r3/plan/types';
import { renderV8r3 } from '../../../core/v8r3/render/renderV8r3';
import { parseV8r3Spec } from '../../../core/v8r3/spec/parseV8r3Spec';
import { KingbaseError } from '../../../core/finding';
import { FORMS } from '../../../lab/forms';
import { projectRoot } from '../../../lab/projectRoot';
import { isV8r3, v8r3Text } from '../../../lab/v8r3Lab';
import { v8r3Input } from '../../../lab/v8r3Stack';
import { hostKey } from '../../core/spec/exampleCluster';
import { manifest, node } from './labFixture';

const LIBRARY = join(projectRoot(), 'lab/v8r3/server/db/lib/v8r3');
const SECRETS = { system: 'sys-1', supermanager: "su:p'er", pcp: 'pcp-1', watchdog: 'wd-1' };

const lab = manifest({
  form: 'v8r3',
  prefix: FORMS.v8r3.prefix,
  data: FORMS.v8r3.data,
  moreGateways: ['10.77.0.2'],
  nodes: [1, 2].map((id) => node(`node${id}`, 10 + id, { hostKey: hostKey(id) })),
});

function plan(): V8r3Plan {
  const parsed = parseV8r3Spec(v8r3Input(lab));
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  return planV8r3(parsed.spec);
}

function rendered(name: string, index: number): string {
  const whole = plan();
  const of = whole.nodes[index];
  const { secretFiles } = renderV8r3(whole, of as NonNullable<typeof of>, loadTemplates());
  const file = secretFiles.find(({ path }) => path.endsWith(name));
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  return fillSecrets(file?.path ?? '', file?.text ?? '', SECRETS, md5);
}

function python(program: string, input: string): unknown {
  const words = ['-B', '-c', `import sys, json; sys.path.insert(0, ${JSON.stringify(LIBRARY)})\n${program}`];
  const { status, stdout, stderr } = spawnSync('python3', words, { input, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

function translated(text: string): { readonly own: number; readonly conf: Readonly<Record<string, string>> } {
  const [conf, own] = python('import pool_conf\nprint(json.dumps(pool_conf.translate(sys.stdin.read())))', text) as [
    string,
    number,
  ];
  return { own, conf: parsePoolConf(conf) };
}

describe('a lab of V8R3', () => {
  it.each([
    [{}, false],
    [{ system: 'kwdb' }, false],
    [{ system: 'v8r3' }, true],
    [{ form: 'v8r3' }, true],
  ])('%j asks for it: %s', (options, wanted) => {
    expect(isV8r3(options)).toBe(wanted);
  });

  it.each([
    [{ system: 'v8r3', form: 'three' }, /--form three and --system v8r3 do not go together/],
    [{ system: 'v8r3', media: '/media' }, /--media is an installation medium of V8R6 or later/],
  ])('is refused as %j', (options, message) => {
    expect(() => isV8r3(options)).toThrow(message);
  });

  it('declares a cluster that the specification takes, with two gateways and two addresses', () => {
    const { spec, endpoints } = plan();
    expect(spec.trustedServers).toEqual(['10.77.0.1', '10.77.0.2']);
    expect(endpoints).toEqual({ pool: '10.77.0.101:9999', database: '10.77.0.100:54321' });
  });

  it('prints who is what, and why it is not healthy', () => {
    const nodes = [
      { name: 'node1', host: 'a', database: 'off', pool: 'off', addresses: [] },
      { name: 'node2', host: 'b', database: 'primary', pool: 'running', addresses: ['database', 'cluster'] },
    ] as const;
    const poolNodes = [{ host: 'a', status: 'down', role: 'standby' }];
    expect(v8r3Text({ lab: 'x', healthy: false, nodes, poolNodes, reasons: ['node1: its database is off'] })).toBe(
      [
        'cluster x: NOT HEALTHY',
        'node   host  database  pool     virtual IPs       as the pool says',
        'node1  a     off       off      -                 down standby',
        'node2  b     primary   running  database cluster  -',
        '  ! node1: its database is off',
        '',
      ].join('\n'),
    );
  });
});

describe('kingbasecluster.conf in the words of pgpool-II 4.3', () => {
  const rows = JSON.parse(readFileSync(join(projectRoot(), 'lab/v8r3/parameters.json'), 'utf8')) as readonly {
    readonly key: string;
    readonly state: string;
    readonly to?: string;
  }[];

  it('has a row for every key that we render', () => {
    const keys = Object.keys(parsePoolConf(rendered('/kingbasecluster.conf', 0)));
    const known = new Set(rows.map(({ key }) => key));
    expect(keys.filter((key) => !known.has(key) && !known.has(key.replace(/\d+$/, 'N')))).toEqual([]);
  });

  it('lists both pools in the same order on both nodes, and knows which one it is', () => {
    const [first, second] = [0, 1].map((index) => translated(rendered('/kingbasecluster.conf', index)));
    const pools = ({ conf }: { readonly conf: Readonly<Record<string, string>> } = { conf: {} }) =>
      [0, 1].map((index) =>
        ['hostname', 'pgpool_port', 'wd_port', 'heartbeat_hostname', 'heartbeat_port', 'heartbeat_device'].map(
          (key) => conf[`${key}${index}`],
        ),
      );
    expect(pools(first)).toEqual([
      ['10.77.0.11', '9999', '9000', '10.77.0.11', '9694', 'eth0'],
      ['10.77.0.12', '9999', '9000', '10.77.0.12', '9694', 'eth0'],
    ]);
    expect(pools(second)).toEqual(pools(first));
    expect([first?.own, second?.own]).toEqual([0, 1]);
  });

  it('translates names, the arguments of the script and passwords, and keeps the rest', () => {
    const before = parsePoolConf(rendered('/kingbasecluster.conf', 0));
    const { conf } = translated(rendered('/kingbasecluster.conf', 0));
    expect(conf['failover_command']).toBe(before['failover_command']?.replace('%O', '%N'));
    expect(conf['failover_command']).toMatch(/failover_stream\.sh %H %P %d %h %N %m %M %D$/);
    expect(conf['health_check_password']).toBe("su:p'er");
    expect([conf['enable_pool_hba'], conf['pool_passwd'], conf['backend_clustering_mode']]).toEqual([
      'on',
      'cluster_passwd',
      'streaming_replication',
    ]);
    const kept = rows.filter(({ key, state }) => state === 'effective' && !key.endsWith('N')).map(({ key }) => key);
    expect(kept.filter((key) => conf[key] !== before[key])).toEqual([]);
    const gone = rows.filter(
      ({ key, state, to }) => state === 'inert' || (state === 'translated' && to?.replace(/N$/, '0') !== key),
    );
    expect(gone.filter(({ key }) => conf[key] !== undefined)).toEqual([]);
    for (const { key, to } of rows.filter(({ state }) => state === 'added')) expect(conf[key]).toBe(to);
  });
});

describe('recovery.done in the words of PostgreSQL 15', () => {
  it('keeps the password out of the settings', () => {
    const program = `import recovery_conf\nprint(json.dumps(recovery_conf.settings_of(sys.stdin.read(), '/p')))`;
    expect(python(program, rendered('/recovery.done', 1))).toEqual([
      {
        primary_conninfo: 'port=54321 host=10.77.0.11 user=SYSTEM application_name=node2 passfile=/p',
        primary_slot_name: 'slot_node2',
        recovery_target_timeline: 'latest',
      },
      'sys-1',
    ]);
  });
});
