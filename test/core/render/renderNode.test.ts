/**
 * Every file that lands on a node: goldens per case, and what each must and must not hold. Proves text only; that the files are in effect
 * is shown by the lab.
 */
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { parseHba } from '../../../core/render/parse/hba';
import { parseRepmgrConf } from '../../../core/render/parse/repmgrConf';
import { settingValues } from '../../../core/render/parse/settings';
import { renderAuthorizedKeys, renderNode } from '../../../core/render/renderNode';
import type { RenderedFile } from '../../../core/render/types';
import type { ClusterSpec } from '../../../core/spec/types';
import { planCluster } from '../../../core/topology/planCluster';
import { makeNode, makeSpec, makeWitnessSpec } from '../../support/specs';

const templates = loadTemplates();

const PUBLIC_KEYS = {
  node1: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE1 kingbase@node1',
  node2: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE2 kingbase@node2',
  node3: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE3 kingbase@node3',
};

const withRepository = makeSpec({
  nodes: [
    makeNode('node1', '10.77.0.11', 1),
    makeNode('node2', '10.77.0.12', 2),
    makeNode('node3', '10.77.0.13', 3),
    makeNode('repo', '10.77.0.14', 0, { role: 'repository' }),
  ],
});

const withoutVirtualIp: ClusterSpec = {
  ...makeSpec({
    remoteChannel: { kind: 'ssh', port: 2222 },
    os: { firewall: 'none', applySysctl: true },
    nodes: [
      makeNode('node1', 'fd00:77::11', 1, { location: 'beijing' }),
      makeNode('node2', 'fd00:77::12', 2, { location: 'beijing', priority: 0 }),
    ],
    clients: [],
    replication: { synchronous: 'custom', syncNodes: ['node1', 'node2'] },
    database: {
      parameters: { max_connections: '500', 'plsql.check': 'on', work_mem: '64MB', search_path: `"$user", 'x'` },
    },
    repmgrParameters: { log_level: 'DEBUG', event_notifications: 'repmgrd_failover_promote,standby_promote' },
  }),
  virtualIp: undefined,
};

const cases: Record<string, ClusterSpec> = {
  'v8r6-ssh-vip': withRepository,
  'v9-securecmdd-witness': makeWitnessSpec(),
  'v8r6-no-vip-ipv6': withoutVirtualIp,
  'v9-nftables': makeWitnessSpec({ os: { firewall: 'nftables' } }),
  'v8r6-firewalld': makeSpec({ os: { firewall: 'firewalld' } }),
};

function render(spec: ClusterSpec, name: string) {
  const plan = planCluster(spec);
  const node = plan.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  const rendered = renderNode(plan, node, templates);
  const keys = renderAuthorizedKeys(plan, node, PUBLIC_KEYS, templates);
  return { ...rendered, keys, all: [...rendered.files, ...rendered.databaseFiles, ...rendered.secretFiles, keys] };
}

function text(files: readonly RenderedFile[], path: string): string {
  const file = files.find((candidate) => candidate.path.endsWith(path));
  if (file === undefined) throw new Error(`${path} is not among ${files.map((each) => each.path).join(', ')}`);
  return file.text;
}

/** Programs of actions are the same on every node, word for word as in templates/. */
const isProgram = ({ path }: RenderedFile) =>
  /^\/usr\/local\/lib\/pulumi-kingbase\/(?:(?:scripts|actions)\/|action\.sh|cluster-lock)/.test(path);

function golden(files: readonly RenderedFile[]): string {
  return files
    .filter((file) => !isProgram(file))
    .map((file) => {
      const block = file.block === undefined ? '' : ` block=${file.block}`;
      return `==> ${file.path} ${file.mode} ${file.owner} onChange=${file.onChange}${block}\n${file.text}`;
    })
    .join('\n');
}

const nodes = Object.entries(cases).flatMap(([name, spec]) =>
  spec.nodes.map((node) => ({ name, spec, node: node.name })),
);

describe('renderNode', () => {
  it.each(nodes)('renders $name/$node as the golden file has it', async ({ name, spec, node }) => {
    await expect(golden(render(spec, node).all)).toMatchFileSnapshot(`../../golden/${name}/${node}.txt`);
  });

  it.each(nodes)('gives each file of $name/$node its own path, mode and owner', ({ spec, node }) => {
    const files = render(spec, node).all;
    expect(new Set(files.map((file) => file.path)).size).toBe(files.length);
    for (const file of files) {
      expect(file.path).toMatch(/^(\/[\w.\/-]+|crontab:kingbase)$/);
      expect(file.mode).toMatch(/^0[0-7]{3}$/);
      expect(file.owner).toMatch(/^(root:root|kingbase:kingbase)$/);
      expect(file.text === '' || file.text.endsWith('\n')).toBe(true);
      expect(file.text).not.toMatch(/\{\{|undefined|\[object/);
    }
  });

  it('writes repmgr.conf in the order of the vendor’s installer', () => {
    const keys = Object.keys(parseRepmgrConf(text(render(withRepository, 'node1').files, '/repmgr.conf')));
    expect(keys).toEqual([
      ...['use_scmd', 'ha_running_mode', 'node_id', 'node_name', 'conninfo', 'connection_check_type', 'data_directory'],
      ...['log_file', 'kbha_log_file', 'sys_bindir', 'scmd_options', 'trusted_servers'],
      ...[
        'running_under_failure_trusted_servers',
        'repmgrd_pid_file',
        'kbha_pid_file',
        'failover',
        'synchronous',
        'recovery',
      ],
      ...[
        'auto_cluster_recovery_level',
        'monitoring_history',
        'reconnect_attempts',
        'reconnect_interval',
        'promote_command',
      ],
      ...[
        'follow_command',
        'ping_path',
        'use_check_disk',
        'virtual_ip',
        'ipaddr_path',
        'arping_path',
        'net_device',
        'net_device_ip',
      ],
      ...['monitor_interval_secs', 'priority', 'vip_timeout'],
    ]);
  });

  it('leaves the five lines of the virtual IP out where there is none', () => {
    const values = parseRepmgrConf(text(render(withoutVirtualIp, 'node1').files, '/repmgr.conf'));
    for (const key of ['virtual_ip', 'ipaddr_path', 'arping_path', 'net_device', 'net_device_ip', 'vip_timeout']) {
      expect(values).not.toHaveProperty(key);
    }
  });

  it('gives a witness the device null and no priority', () => {
    const values = parseRepmgrConf(text(render(makeWitnessSpec(), 'witness1').files, '/repmgr.conf'));
    expect(values['net_device']).toBe('null');
    expect(values).not.toHaveProperty('priority');
  });

  it.each(['ssh', 'securecmdd'] as const)('pins the host keys of the remote channel %s', (kind) => {
    const port = kind === 'ssh' ? 22 : 8890;
    const options = parseRepmgrConf(
      text(render(makeSpec({ remoteChannel: { kind, port } }), 'node1').files, '/repmgr.conf'),
    )['scmd_options'];
    expect(options).toContain(
      '-o StrictHostKeyChecking=yes -o UserKnownHostsFile=/home/kingbase/.ssh/known_hosts_pulumi_kingbase',
    );
    expect(options).toContain(`-p ${port}`);
  });

  it('writes the same es_rep.conf and sys_hba.conf on every database node', () => {
    const files = ['node1', 'node2', 'node3'].map((name) => render(withRepository, name).databaseFiles);
    for (const path of ['/es_rep.conf', '/sys_hba.conf', '/kingbase.conf']) {
      expect(new Set(files.map((each) => text(each, path))).size).toBe(1);
    }
  });

  it('leaves sending and archiving settings out of es_rep.conf of a witness', () => {
    const database = settingValues(text(render(makeWitnessSpec(), 'node1').databaseFiles, '/es_rep.conf'));
    const witness = settingValues(text(render(makeWitnessSpec(), 'witness1').databaseFiles, '/es_rep.conf'));
    const missing = Object.keys(database).filter((name) => !(name in witness));
    expect(missing).toEqual([
      ...[
        'max_wal_senders',
        'wal_keep_segments',
        'archive_mode',
        'archive_command',
        'hot_standby',
        'hot_standby_feedback',
      ],
    ]);
  });

  it('puts a parameter of the user’s in the place of our default, and others behind, sorted', () => {
    const conf = text(render(withoutVirtualIp, 'node1').databaseFiles, '/es_rep.conf');
    expect(conf.match(/^max_connections=/gm)).toHaveLength(1);
    expect(conf).toContain('\nmax_connections=500\n');
    expect(conf.trimEnd().split('\n').slice(-3)).toEqual([
      'plsql.check=on',
      `search_path='"$user", ''x'''`,
      'work_mem=64MB',
    ]);
  });

  it.each(['md5', 'scram-sha-256'] as const)('stores new passwords as sys_hba.conf will ask for them: %s', (auth) => {
    const files = render(makeSpec({ database: { auth } }), 'node1').databaseFiles;
    expect(settingValues(text(files, '/es_rep.conf'))['password_encryption']).toBe(auth);
    expect(text(files, '/sys_hba.conf')).toMatch(new RegExp(`^host .* ${auth}$`, 'm'));
  });

  it('has the node fill in the libraries that initdb chose, and puts the declared ones behind', () => {
    const conf = (spec: ClusterSpec) => text(render(spec, 'node1').databaseFiles, '/kingbase.conf');
    expect(conf(makeSpec())).toContain("shared_preload_libraries = '@@node:preload@@'\n");
    expect(conf(makeSpec({ database: { preloadLibraries: ['dblink', 'sys_kwr'] } }))).toContain(
      "'@@node:preload@@, dblink, sys_kwr'",
    );
  });

  it('allows nobody in sys_hba.conf but the host itself, the nodes, the virtual IP and the clients', () => {
    const rules = parseHba(text(render(withRepository, 'node2').databaseFiles, '/sys_hba.conf'));
    expect(
      rules.filter((rule) => rule.address !== undefined).map((rule) => `${rule.database} ${rule.address}`),
    ).toEqual([
      ...['all 127.0.0.1/32', 'replication 127.0.0.1/32', 'all ::1/128', 'replication ::1/128'],
      ...['all 10.77.0.11/32', 'replication 10.77.0.11/32', 'all 10.77.0.12/32', 'replication 10.77.0.12/32'],
      ...['all 10.77.0.13/32', 'replication 10.77.0.13/32', 'all 10.77.0.100/32', 'replication 10.77.0.100/32'],
      ...['all 10.0.8.0/24', 'all 10.77.0.1/32'],
    ]);
    expect(new Set(rules.map((rule) => rule.method))).toEqual(new Set(['scram-sha-256']));
  });

  it('never names ssh in the table that restricts', () => {
    const nft = text(render(cases['v9-nftables'] as ClusterSpec, 'node1').files, '.nft');
    expect(nft.match(/dport (\d+)/g)).toEqual(['dport 54321', 'dport 54321', 'dport 8890', 'dport 8890']);
  });

  it('writes no database file, cron line or password file on a repository node', () => {
    const repository = render(withRepository, 'repo');
    expect(repository.databaseFiles).toEqual([]);
    expect(repository.secretFiles).toEqual([]);
    expect(repository.files.map((file) => file.path)).not.toContain('/etc/sudoers.d/pulumi-kingbase');
  });

  it('carries no secret, only placeholders', () => {
    const files = render(withRepository, 'node1');
    expect(files.secretFiles.map((file) => file.text)).toEqual([
      '*:54321:*:system:@@secret:system@@\n*:54321:*:esrep:@@secret:esrep@@\n',
    ]);
    expect([...files.files, ...files.databaseFiles].map((file) => file.text).join('')).not.toContain('@@secret');
  });

  it('leaves a node out of authorized_keys while its key is not known', () => {
    const plan = planCluster(withRepository);
    const file = renderAuthorizedKeys(plan, plan.nodes[0]!, { node2: PUBLIC_KEYS.node2 }, templates);
    expect(file.text).toBe(
      'from="10.77.0.12",restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE2 pulumi-kingbase:node2\n',
    );
    expect(file).toMatchObject({ path: '/home/kingbase/.ssh/authorized_keys', mode: '0600', block: 'pulumi-kingbase' });
  });

  it('applies sysctl only where that is asked for', () => {
    const onChange = (spec: ClusterSpec) =>
      render(spec, 'node1').files.find((file) => file.path.startsWith('/etc/sysctl.d'))?.onChange;
    expect([onChange(makeSpec()), onChange(withoutVirtualIp)]).toEqual(['none', 'sysctl']);
  });
});
