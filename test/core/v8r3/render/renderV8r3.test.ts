/** Every file of a V8R3 node: goldens, the inverse of each, and hostile values. Proves text only. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../../components/templates';
import { fillSecrets } from '../../../../core/render/fillSecrets';
import { parseFirewalldPolicy, parseNftTable } from '../../../../core/render/parse/firewall';
import { parseHba } from '../../../../core/render/parse/hba';
import { parseAuthorizedKeys, parseKnownHosts, parseSshConfig } from '../../../../core/render/parse/keys';
import { settingValues } from '../../../../core/render/parse/settings';
import type { RenderedFile } from '../../../../core/render/types';
import { INSTALLER_DETECTION } from '../../../../core/v8r3/detectionBudget';
import { detectionSettings, formatDetection } from '../../../../core/v8r3/formatDetection';
import { OWNED_PATTERN, POOL_OWNED, SERVER_REFUSED } from '../../../../core/v8r3/ownedKeys';
import { parseAutomation } from '../../../../core/v8r3/parse/cron';
import { parseHaModule } from '../../../../core/v8r3/parse/haModule';
import { backendsOf, detectionOf, parsePoolConf } from '../../../../core/v8r3/parse/poolConf';
import { parseRecoveryConf } from '../../../../core/v8r3/parse/recoveryConf';
import { planV8r3 } from '../../../../core/v8r3/plan/planV8r3';
import { renderV8r3, renderV8r3Trust } from '../../../../core/v8r3/render/renderV8r3';
import { serverSettings } from '../../../../core/v8r3/render/views';
import type { V8r3Spec } from '../../../../core/v8r3/spec/types';
import { v8r3Node, v8r3Spec } from '../exampleV8r3';

const templates = loadTemplates();
const KEYS = {
  node101: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE1',
  node102: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE2 x',
};

const three = v8r3Spec({
  nodes: [v8r3Node(1), v8r3Node(2, { port: 2222 }), v8r3Node(3, { weight: 0.5 })],
  pools: ['node102', 'node101'],
  recovery: { automaticPrimary: true, mountPoints: ['/data', '/wal'], startWithoutPrimary: true, checkDisk: false },
  replication: { synchronous: false },
  pool: { parameters: { child_life_time: 300, log_client_messages: true } },
  database: { parameters: { work_mem: '64MB', shared_buffers: '8GB', search_path: `"$user", 'x\\y'` } },
});

function render(spec: V8r3Spec, name: string) {
  const plan = planV8r3(spec);
  const node = plan.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  const { files, databaseFiles, secretFiles } = renderV8r3(plan, node, templates);
  return [...files, ...databaseFiles, ...secretFiles, ...renderV8r3Trust(plan, node, KEYS, templates)];
}

function text(files: readonly RenderedFile[], path: string): string {
  const file = files.find((one) => one.path.endsWith(path));
  if (file === undefined) throw new Error(`${path} is not among ${files.map((one) => one.path).join(', ')}`);
  return file.text;
}

function golden(files: readonly RenderedFile[]): string {
  return files
    .map((file) => {
      const block = file.block === undefined ? '' : ` block ${file.block}`;
      const head = `=== ${file.path} ${file.mode} ${file.owner} ${file.onChange}${block}`;
      // A program is the text of its file below templates/, whoever reads it.
      return file.program === undefined ? `${head}\n${file.text}` : `${head} program ${file.program}\n`;
    })
    .join('\n');
}

describe('the files of a V8R3 node', () => {
  it.each([
    ['two-pool', v8r3Spec(), 'node101'],
    ['three-pool', three, 'node102'],
    ['three-database', three, 'node103'],
  ])('are those of the golden file %s', async (name, spec, node) => {
    await expect(golden(render(spec, node))).toMatchFileSnapshot(`../../../golden/v8r3/${name}.txt`);
  });

  it('have the same HAmodule.conf for the databases and for the pool', () => {
    const files = render(three, 'node102');
    const modules = files.filter(({ path }) => path.endsWith('/HAmodule.conf'));
    expect(modules.map(({ path }) => path.split('/').slice(-3, -1).join('/'))).toEqual([
      'db/etc',
      'kingbasecluster/etc',
    ]);
    expect(modules[0]?.text).toBe(modules[1]?.text);
  });

  it('give kingbasecluster.conf back: what was declared, every key of ours once, each in the list of owned keys', () => {
    const conf = text(render(three, 'node102'), 'kingbasecluster.conf');
    const values = parsePoolConf(conf);
    expect(detectionOf(values)).toEqual(detectionSettings(three));
    expect(backendsOf(values)).toEqual(
      three.nodes.map(({ id, host, weight }) => ({ id, host, weight, port: 54321, data: three.directories.data })),
    );
    expect(values).toMatchObject({
      wd_hostname: '192.168.1.102',
      wd_priority: '3',
      heartbeat_destination0: '192.168.1.101',
      delegate_IP: '192.168.1.205',
      if_up_cmd: 'ip addr add 192.168.1.205/24 dev enp0s3 label enp0s3:0',
      trusted_servers: '192.168.1.1,192.168.1.2',
      failover_command: '/home/kingbase/cluster/R3HA/kingbasecluster/bin/failover_stream.sh %H %P %d %h %O %m %M %D',
      child_life_time: '300',
      log_client_messages: 'on',
    });
    const keys = [...conf.matchAll(/^([A-Za-z_0-9]+)=/gm)].map(([, key]) => key as string);
    expect(new Set(keys).size).toBe(keys.length);
    const own = keys.filter((key) => !OWNED_PATTERN.test(key) && !Object.hasOwn(three.pool.parameters, key));
    expect(own.sort()).toEqual([...POOL_OWNED].sort());
  });

  it('mean the defaults of the pool where a key is not written', () => {
    expect(detectionOf(parsePoolConf('health_check_period = 0 # off'))).toEqual({
      healthCheckPeriod: 0,
      healthCheckTimeout: 20,
      healthCheckMaxRetries: 0,
      healthCheckRetryDelay: 1,
      connectTimeout: 10000,
      searchPrimaryNodeTimeout: 300,
    });
    const [backend] = backendsOf(parsePoolConf("backend_hostname0 = '10.0.0.1'\nbackend_port0=54321"));
    expect(backend).toEqual({ id: 0, host: '10.0.0.1', port: 54321, weight: 1, data: '' });
    expect(parsePoolConf(`a = 'it''s \\'so\\''`)).toEqual({ a: `it's 'so'` });
  });

  it('give HAmodule.conf back, lists as lists', () => {
    expect(parseHaModule(text(render(three, 'node103'), '/db/etc/HAmodule.conf'))).toMatchObject({
      DEV: 'enp0s3',
      KB_GATEWAY_IP: '192.168.1.1,192.168.1.2',
      KB_LOCALHOST_IP: '192.168.1.103',
      KB_ALL_IP: ['192.168.1.101', '192.168.1.102', '192.168.1.103'],
      ALL_NODE_NAME: ['node101', 'node102', 'node103'],
      KB_POOL_IP1: '192.168.1.102',
      KB_POOL_IP2: '192.168.1.101',
      KB_VIP: '192.168.1.204/24',
      KB_POOL_VIP: '192.168.1.205',
      NODE_NAME: 'node103',
      SYNC_FLAG: '0',
      AUTO_PRIMARY_RECOVERY: '1',
      MAX_AVAILABLE_LEVEL: '1',
      USE_CHECK_DISK: '0',
      MOUNT_POINT_DIR_LIST: ['/data', '/wal'],
    });
    expect(parseHaModule(text(render(v8r3Spec({ recovery: {} }), 'node101'), '/db/etc/HAmodule.conf'))).toMatchObject({
      SYNC_FLAG: '1',
      AUTO_PRIMARY_RECOVERY: '0',
    });
    expect(parseHaModule("A='x' # y\n#B=1\nC=\nA=z")).toEqual({ A: 'z' });
  });

  it('never say synchronous_standby_names, and keep what rewinding needs', () => {
    const values = settingValues(text(render(three, 'node101'), 'data/kingbase.conf'));
    expect(values).toEqual(serverSettings(three));
    expect(values).toMatchObject({ wal_log_hints: 'on', shared_buffers: '8GB', search_path: `"$user", 'x\\y'` });
    expect(values).not.toHaveProperty('synchronous_standby_names');
    expect(SERVER_REFUSED).toHaveProperty('synchronous_standby_names');
  });

  it('let in the nodes, both virtual IPs and the declared clients, nobody else', () => {
    const files = render(v8r3Spec(), 'node101');
    const addresses = ['127.0.0.1/32', '192.168.1.101/32', '192.168.1.102/32', '192.168.1.204/32', '192.168.1.205/32'];
    for (const path of ['sys_hba.conf', 'cluster_hba.conf']) {
      const rules = parseHba(text(files, path)).filter(({ type, database }) => type === 'host' && database === 'all');
      expect(rules.map(({ address }) => address).sort()).toEqual(['10.0.8.0/24', ...addresses]);
    }
    const replication = parseHba(text(files, 'sys_hba.conf')).filter(({ database }) => database === 'replication');
    expect(replication.map(({ user }) => user)).toEqual(['all', 'all', 'SYSTEM', 'SYSTEM', 'SYSTEM', 'SYSTEM']);
  });

  it('open the ports of the watchdogs to the other pool alone', () => {
    const files = render(v8r3Spec(), 'node101');
    const nft = parseNftTable(text(files, 'pulumi-kingbase.nft'));
    expect(nft.filter(({ target }) => target === '9694' || target === '9000')).toEqual([
      { source: '192.168.1.102/32', target: '9000' },
      { source: '192.168.1.102/32', target: '9694' },
    ]);
    expect(text(files, 'pulumi-kingbase.nft')).toContain('udp dport 9694 counter drop');
    expect(parseFirewalldPolicy(text(files, 'policies/pulumi-kingbase.xml')).map(({ target }) => target)).toContain(
      '9694',
    );
  });

  it('trust the other nodes and itself by localhost, as the owner and as root', () => {
    const files = render(three, 'node102');
    const owned = ['/home/kingbase/.ssh/authorized_keys', '/root/.ssh/authorized_keys'];
    for (const path of owned) {
      expect(parseAuthorizedKeys(text(files, path)).map(({ options }) => options)).toEqual([
        ['from="192.168.1.101"', 'restrict'],
        ['from="192.168.1.102,127.0.0.1,::1"', 'restrict'],
      ]);
    }
    expect(parseSshConfig(text(files, '/root/.ssh/config'))[0]).toMatchObject({
      patterns: ['localhost', '127.0.0.1'],
      options: { port: '2222', stricthostkeychecking: 'yes' },
    });
    const known = parseKnownHosts(text(files, 'known_hosts_pulumi_kingbase'));
    expect(known.map(({ names }) => names)).toEqual([
      ['192.168.1.101'],
      ['[192.168.1.102]:2222', '[127.0.0.1]:2222', '[localhost]:2222'],
      ['192.168.1.103'],
    ]);
  });

  it('start the automation with the lines that the vendor’s scripts look for', () => {
    expect(parseAutomation(text(render(three, 'node101'), 'KINGBASECRON'))).toEqual([
      {
        script: 'network_rewind.sh',
        active: true,
        user: 'kingbase',
        path: '/home/kingbase/cluster/R3HA/db/bin/network_rewind.sh',
      },
      {
        script: 'restartcluster.sh',
        active: true,
        user: 'root',
        path: '/home/kingbase/cluster/R3HA/kingbasecluster/bin/restartcluster.sh',
      },
    ]);
    expect(text(render(three, 'node101'), 'KINGBASECRON')).toContain('*/1 * * * * root  /home');
    expect(parseAutomation(text(render(three, 'node103'), 'KINGBASECRON'))).toHaveLength(1);
    expect(parseAutomation('#*/1 * * * * kingbase  /x/network_rewind.sh')[0]?.active).toBe(false);
  });

  it('carry no secret, and take each in the form that its file has', () => {
    const files = render(v8r3Spec(), 'node101');
    const secrets = { system: `S"1'#\\`, supermanager: '密码$2', pcp: '123456', watchdog: 'w' };
    const md5 = (value: string): string => createHash('md5').update(value).digest('hex');
    const filled = (path: string): string => fillSecrets(path, text(files, path), secrets, md5);
    // What V8R3_cluster_install.sh writes for 123456.
    expect(filled('pcp.conf')).toBe('kingbase:e10adc3949ba59abbe56e057f20f883e\n');
    expect(filled('cluster_passwd')).toBe(
      `SUPERMANAGER_V8ADMIN:md5${md5('密码$2SUPERMANAGER_V8ADMIN')}\nSYSTEM:md5${md5(`S"1'#\\SYSTEM`)}\n`,
    );
    const values = parseHaModule(filled('/db/etc/HAmodule.conf'));
    expect(Buffer.from(String(values['KB_PASS']), 'base64').toString()).toBe('密码$2');
    expect(values['PCP_PASS']).toBe('MTIzNDU2');
    const conf = filled('recovery.done');
    expect(parseRecoveryConf(conf)).toEqual({
      standby: true,
      primary: { port: '54321', host: '192.168.1.102', user: 'SYSTEM', application_name: 'node101' },
      slot: 'slot_node101',
      timeline: 'latest',
    });
    expect(Buffer.from(/password=(\S+)/.exec(conf)?.[1] ?? '', 'base64').toString()).toBe(`S"1'#\\\n`);
    expect(parseRecoveryConf('')).toEqual({ standby: false, primary: {}, slot: undefined, timeline: undefined });
    expect(() => fillSecrets('x', '@@secret:pcp:md5@@', secrets)).toThrow('secrets are not written as md5 here');
    expect(() => fillSecrets('x', '@@secret:pcp:rot13@@', secrets)).toThrow('rot13');
  });

  it('come back from the parser whatever a parameter holds, or are refused', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'a1 \'"\\#%$;=()密`\n') });
    fc.assert(
      fc.property(hostile, (value) => {
        const spec = v8r3Spec();
        const odd = { ...spec, database: { ...spec.database, parameters: { search_path: value } } };
        let conf: string;
        try {
          conf = text(render(odd, 'node101'), '/kingbase.conf');
        } catch {
          expect(value).toMatch(/\n/);
          return;
        }
        expect(settingValues(conf)['search_path']).toBe(value);
      }),
    );
  });

  it.each(["x';drop", 'a b', '$(reboot)', '`id`', 'a#b', 'a"b', 'x\ny'])(
    'refuse %j where a script would eval it',
    (value) => {
      const spec = v8r3Spec();
      const odd = { ...spec, recovery: { ...spec.recovery, mountPoints: [value] } };
      expect(() => render(odd, 'node101')).toThrow();
      expect(() => render({ ...spec, os: { ...spec.os, user: value } }, 'node101')).toThrow();
    },
  );
});

describe('the detection budget as it is printed', () => {
  it('has a line for each way to lose a primary', () => {
    expect(formatDetection(INSTALLER_DETECTION)).toMatchInlineSnapshot(`
      "primary lost by                    noticed after              replaced after
      refused: database killed, host up  60.5 s (at most 61 s)      70.5 s (no upper bound)
      no route: host off, same network   84.5 s (at most 141 s)     94.5 s (no upper bound)
      blackholed: nobody answers         140.5 s (at most 141 s)    150.5 s (no upper bound)
      hung: accepts, then says nothing   1020.5 s (at most 1021 s)  1030.5 s (no upper bound)"
    `);
    expect(formatDetection({ ...INSTALLER_DETECTION, healthCheckTimeout: 0 })).toContain('never');
  });
});
