/** Parsers are the inverse of the templates: parse(render(x)) = x, or render refuses x with a finding. Hostile strings throughout. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { KingbaseError } from '../../../core/finding';
import { parseKbhaCron } from '../../../core/render/parse/cron';
import { parseFirewalldPolicy, parseFirewalldService, parseNftTable } from '../../../core/render/parse/firewall';
import { parseHba } from '../../../core/render/parse/hba';
import { parseAuthorizedKeys, parseKnownHosts, parseSshConfig } from '../../../core/render/parse/keys';
import { parseConninfo, parseRepmgrConf } from '../../../core/render/parse/repmgrConf';
import { parseSettings, settingValues } from '../../../core/render/parse/settings';
import { parseSysctl } from '../../../core/render/parse/sysctl';
import { renderAuthorizedKeys, renderNode } from '../../../core/render/renderNode';
import { renderTemplate } from '../../../core/render/template';
import type { ClusterSpec } from '../../../core/spec/types';
import { toCidr } from '../../../core/topology/addresses';
import { planCluster } from '../../../core/topology/planCluster';
import * as views from '../../../core/render/views';
import { makeNode, makeSpec, makeWitnessSpec } from '../../support/specs';

const templates = loadTemplates();

const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...'\'"\\\n\r\t%$;#`&|<>(){}[]*?!~=,:@ \u0000aZ0中文'.split('')),
    minLength: 1,
    maxLength: 12,
  }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    "' or '1'='1",
    '$(reboot)',
    '`id`',
    '@@secret:system@@x',
    '{{name}}',
    'a\nhost all all 0.0.0.0/0 trust',
    '库',
  ),
);

/** What was rendered, or undefined where it was refused as it should be. */
function attempt<T>(render: () => T): T | undefined {
  try {
    return render();
  } catch (error) {
    expect(error).toBeInstanceOf(KingbaseError);
    expect((error as KingbaseError).findings[0]).toMatchObject({
      code: expect.stringMatching(/^(render|topology)\//),
      hint: expect.any(String),
    });
    return undefined;
  }
}

function file(spec: ClusterSpec, path: string, index = 0): string {
  const plan = planCluster(spec);
  const rendered = renderNode(plan, plan.nodes[index]!, templates);
  const found = [...rendered.files, ...rendered.databaseFiles].find((candidate) => candidate.path.endsWith(path));
  if (found === undefined) throw new Error(`no ${path}`);
  return found.text;
}

describe('repmgr.conf', () => {
  it('is read back as it was planned', () => {
    const values = parseRepmgrConf(file(makeWitnessSpec(), '/repmgr.conf'));
    expect(values).toMatchObject({
      node_id: '1',
      use_scmd: 'on',
      follow_command: expect.stringContaining('--upstream-node-id=%n'),
    });
    expect(parseConninfo(values['conninfo'] as string)).toMatchObject({ host: '10.77.1.11', tcp_user_timeout: '9000' });
  });

  it('carries any value unchanged or refuses it', () => {
    fc.assert(
      fc.property(hostile, hostile, (value, name) => {
        const nodes = [makeNode(name, '10.0.0.1', 1, { location: value }), makeNode('node2', '10.0.0.2', 2)];
        const view = attempt(() =>
          renderTemplate(templates, 'v8r6/repmgr.conf', 'repmgr', {
            ...repmgrView(makeSpec({ nodes, repmgrParameters: { event_notification_command: value } })),
          }),
        );
        if (view === undefined) return;
        expect(parseRepmgrConf(view)).toMatchObject({
          location: value,
          node_name: name,
          event_notification_command: value,
        });
      }),
    );
  });

  it.each([
    ["a='1'\na='2'", { a: '2' }],
    ['a = b c # note', { a: 'b c' }],
    ["a='x # y'", { a: 'x # y' }],
    ['#a=1\n  b=\nnonsense', { b: '' }],
  ])('reads %j', (text, values) => {
    expect(parseRepmgrConf(text)).toEqual(values);
  });

  it('reads a quoted part of a conninfo', () => {
    expect(parseConninfo("host=a user = 'b c'")).toEqual({ host: 'a', user: 'b c' });
  });
});

function repmgrView(spec: ClusterSpec) {
  const plan = planCluster(spec);
  return views.repmgrView(plan, plan.nodes[0]!);
}

describe('es_rep.conf and kingbase.conf', () => {
  it('carry any parameter unchanged or refuse it', () => {
    fc.assert(
      fc.property(hostile, hostile, (value, archive) => {
        const spec = makeSpec({
          database: { parameters: { 'my.setting': value, shared_buffers: value } },
          archive: { mode: 'on', command: archive },
        });
        const text = attempt(() => file(spec, '/es_rep.conf'));
        if (text === undefined) return;
        expect(settingValues(text)).toMatchObject({
          'my.setting': value,
          shared_buffers: value,
          archive_command: archive,
        });
        expect(Object.keys(settingValues(text))).toHaveLength(38 - 2);
      }),
    );
  });

  it('carry any library name unchanged or refuse it', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const text = attempt(() => file(makeSpec({ database: { preloadLibraries: [value] } }), '/kingbase.conf'));
        if (text !== undefined) {
          expect(settingValues(text)).toEqual({ shared_preload_libraries: `@@node:preload@@, ${value}` });
        }
      }),
    );
  });

  it('reads what an administrator writes', () => {
    const text =
      "Work_Mem = 8MB # note\nport 54321\nsearch_path='\"$user\", ''x'' \\n\\\\ \\q'\n#off = 1\nbroken = 'x\ninclude 'y'\n";
    expect(parseSettings(text)).toEqual([
      { name: 'work_mem', value: '8MB', line: 1 },
      { name: 'port', value: '54321', line: 2 },
      { name: 'search_path', value: `"$user", 'x' \n\\ q`, line: 3 },
      { name: 'include', value: 'y', line: 6 },
    ]);
  });
});

describe('sys_hba.conf', () => {
  it('carries addresses only', () => {
    fc.assert(
      fc.property(hostile, (client) => {
        const text = attempt(() => file(makeSpec({ clients: [client] }), '/sys_hba.conf'));
        if (text !== undefined) {
          expect(parseHba(text).at(-1)).toMatchObject({
            database: 'all',
            address: toCidr(client),
            method: 'scram-sha-256',
          });
        }
      }),
    );
  });

  it('reads the forms an administrator writes', () => {
    const text =
      'local all all peer\n# host all all 0.0.0.0/0 trust\nhost "my db" all 10.0.0.0 255.255.255.0 md5 clientcert=1 # x\nhostssl a b samehost trust\nhost a\n';
    expect(parseHba(text)).toEqual([
      { type: 'local', database: 'all', user: 'all', address: undefined, method: 'peer', options: [] },
      {
        type: 'host',
        database: 'my db',
        user: 'all',
        address: '10.0.0.0/24',
        method: 'md5',
        options: ['clientcert=1'],
      },
      { type: 'hostssl', database: 'a', user: 'b', address: 'samehost', method: 'trust', options: [] },
    ]);
    expect(parseHba('host all all')).toEqual([
      { type: 'host', database: 'all', user: 'all', address: '', method: '', options: [] },
    ]);
  });
});

describe('KINGBASECRON', () => {
  it('is read back with its user', () => {
    const [line, ...more] = parseKbhaCron(file(makeSpec(), '/KINGBASECRON'), 'cron.d');
    expect(more).toEqual([]);
    expect(line).toMatchObject({ line: 2, active: true, schedule: '*/1 * * * *', user: 'kingbase' });
    expect(line?.command).toMatch(/^\. \/etc\/profile;.*kbha -A daemon -f .* 2>&1$/);
  });

  it('is read back from the crontab', () => {
    const [line] = parseKbhaCron(file(makeWitnessSpec(), 'crontab:kingbase'), 'crontab');
    expect(line).toMatchObject({ active: true, user: undefined });
    expect(line?.command).toMatch(/^\. \/etc\/profile;/);
  });

  it('shows a line commented out, and skips what is none', () => {
    expect(parseKbhaCron('## */1 * * * * kingbase x/kbha -A daemon\n# kbha -A daemon\n\nx', 'cron.d')).toMatchObject([
      { line: 1, active: false, user: 'kingbase', command: 'x/kbha -A daemon' },
    ]);
    expect(parseKbhaCron('* * * * * /x/kbha -A daemon', 'cron.d')).toMatchObject([
      { user: '/x/kbha', command: '-A daemon' },
    ]);
    expect(parseKbhaCron('* * * * * kbha-A;kbha -A daemon', 'cron.d')).toHaveLength(1);
  });

  it('carries any directory in one line or refuses it', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const spec = makeSpec({ directories: { prefix: `/opt/${name}/kingbase` } });
        const view = { automation: 'x', line: planCluster(spec).nodes[0]?.cron?.line ?? '' };
        const text = attempt(() => renderTemplate(templates, 'v8r6/KINGBASECRON', 'cron', view));
        if (text === undefined) return;
        expect(text.split('\n')).toHaveLength(3);
        expect(text).not.toContain('%');
        expect(parseKbhaCron(text, 'cron.d')).toMatchObject([{ active: true, user: 'kingbase' }]);
      }),
    );
  });
});

describe('the firewall', () => {
  it('is read back from the firewalld policy as planned', () => {
    const plan = planCluster(makeWitnessSpec());
    const rules = parseFirewalldPolicy(file(plan.spec, '/policies/pulumi-kingbase.xml'));
    const name = { 54321: 'service:pulumi-kingbase', icmp: 'protocol:icmp' } as Record<string, string>;
    const planned = plan.nodes[0]!.firewall.flatMap((rule) =>
      rule.sources.map((source) => ({ source, target: name[rule.port] ?? String(rule.port) })),
    );
    expect(rules).toEqual(planned);
    expect(parseFirewalldService(file(plan.spec, '/services/pulumi-kingbase.xml'))).toEqual([
      { protocol: 'tcp', port: 54321 },
    ]);
  });

  it('is read back from the nftables table, both families', () => {
    const spec = makeSpec({ clients: ['fd00::/64', '10.9.0.0/16'] });
    expect(parseNftTable(file(spec, '.nft'))).toEqual([
      { source: '10.9.0.0/16', target: '54321' },
      { source: '10.77.0.12/32', target: '54321' },
      { source: '10.77.0.13/32', target: '54321' },
      { source: 'fd00::/64', target: '54321' },
    ]);
  });

  it('keeps the XML whole whatever the cluster is called', () => {
    fc.assert(
      fc.property(hostile, (cluster) => {
        const text = attempt(() =>
          renderTemplate(templates, 'os/firewalld.service.xml', 'xml', { cluster, port: 54321 }),
        );
        if (text === undefined) return;
        expect(text.match(/<[a-z]+/g)).toEqual(['<service', '<short', '<description', '<port']);
        expect(parseFirewalldService(text)).toEqual([{ protocol: 'tcp', port: 54321 }]);
      }),
    );
  });

  it('skips rules that accept nothing, and undoes entities', () => {
    const xml =
      '<rule><source address="a&amp;b"/><port port="1"/><accept/></rule><rule><source address="c"/><port port="1"/><drop/></rule><rule><accept/></rule>';
    expect(parseFirewalldPolicy(xml)).toEqual([{ source: 'a&b', target: '1' }]);
    expect(parseFirewalldService('<port/>')).toEqual([{ protocol: '', port: NaN }]);
  });
});

describe('ssh files', () => {
  it('pin the keys of all nodes under the names that ssh looks up', () => {
    const spec = makeWitnessSpec({ connection: { port: 2222 } });
    expect(parseKnownHosts(file(spec, '/known_hosts_pulumi_kingbase')).map((entry) => entry.names)).toEqual([
      ['[10.77.1.11]:2222', '[10.77.1.11]:8890'],
      ['[10.77.1.12]:2222', '[10.77.1.12]:8890'],
      ['[10.77.1.13]:2222', '[10.77.1.13]:8890'],
    ]);
    expect(parseKnownHosts('# x\n\nonly two\nh ssh-ed25519 AAAA c')).toEqual([
      { names: ['h'], type: 'ssh-ed25519', key: 'AAAA' },
    ]);
  });

  it('carry any host key unchanged or refuse it', () => {
    fc.assert(
      fc.property(hostile, (key) => {
        const nodes = [makeNode('node1', '10.0.0.1', 1, { hostKey: `ssh-ed25519 ${key}` })];
        const text = attempt(() => file(makeSpec({ nodes }), '/known_hosts_pulumi_kingbase'));
        if (text === undefined) return;
        expect(text.split('\n')).toHaveLength(2);
        expect(parseKnownHosts(text)).toEqual([
          { names: ['10.0.0.1'], type: 'ssh-ed25519', key: key.trim().split(/\s+/)[0] },
        ]);
      }),
    );
  });

  it('let a peer in from its own address only, without a terminal', () => {
    const plan = planCluster(makeSpec());
    const keys = { node2: 'ssh-ed25519 AAAAkey root@x', node3: 'ssh-ed25519 AAAAother' };
    expect(parseAuthorizedKeys(renderAuthorizedKeys(plan, plan.nodes[0]!, keys, templates).text)).toEqual([
      {
        options: ['from="10.77.0.12"', 'restrict'],
        type: 'ssh-ed25519',
        key: 'AAAAkey',
        comment: 'pulumi-kingbase:node2',
      },
      {
        options: ['from="10.77.0.13"', 'restrict'],
        type: 'ssh-ed25519',
        key: 'AAAAother',
        comment: 'pulumi-kingbase:node3',
      },
    ]);
    expect(parseAuthorizedKeys('ssh-rsa AAAA\nnonsense\ncommand="a \\"b\\", c",no-pty ssh-rsa BBBB me here')).toEqual([
      { options: [], type: 'ssh-rsa', key: 'AAAA', comment: '' },
      { options: ['command="a \\"b\\", c"', 'no-pty'], type: 'ssh-rsa', key: 'BBBB', comment: 'me here' },
    ]);
  });

  it('carry any public key in one entry or refuse it', () => {
    fc.assert(
      fc.property(hostile, (key) => {
        const plan = planCluster(makeSpec());
        const text = attempt(
          () => renderAuthorizedKeys(plan, plan.nodes[0]!, { node2: `ssh-ed25519 ${key}` }, templates).text,
        );
        if (text === undefined) return;
        expect(parseAuthorizedKeys(text)).toMatchObject([
          { options: ['from="10.77.0.12"', 'restrict'], key: key.trim().split(/\s+/)[0] },
        ]);
      }),
    );
  });

  it('name each peer in ~/.ssh/config by name and address', () => {
    const hosts = parseSshConfig(file(makeSpec({ remoteChannel: { kind: 'ssh', port: 2222 } }), '/.ssh/config'));
    expect(hosts.map((host) => host.patterns)).toEqual([
      ['node1', '10.77.0.11'],
      ['node2', '10.77.0.12'],
      ['node3', '10.77.0.13'],
    ]);
    expect(hosts[1]?.options).toEqual({
      hostname: '10.77.0.12',
      port: '2222',
      user: 'kingbase',
      identityfile: '/home/kingbase/.ssh/id_ed25519_pulumi_kingbase',
      identitiesonly: 'yes',
      userknownhostsfile: '/home/kingbase/.ssh/known_hosts_pulumi_kingbase',
      stricthostkeychecking: 'yes',
      batchmode: 'yes',
    });
    expect(parseSshConfig('Port=22\n!\nHost *\n  Port 1')).toEqual([{ patterns: ['*'], options: { port: '1' } }]);
  });

  it('carry any node name in one block or refuse it', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const nodes = [makeNode(name, '10.0.0.1', 1)];
        const text = attempt(() => file(makeSpec({ nodes }), '/.ssh/config'));
        if (text !== undefined) {
          expect(parseSshConfig(text)).toMatchObject([{ patterns: [name, '10.0.0.1'], options: { port: '22' } }]);
        }
      }),
    );
  });
});

describe('files of the operating system', () => {
  it('hold the values that the vendor’s installer asks for', () => {
    expect(parseSysctl(file(makeSpec(), '/sysctl.d/60-pulumi-kingbase.conf'))).toMatchObject({
      'kernel.sem': '5010 641280 5010 256',
      'net.ipv4.tcp_wmem': '8192 65536 16777216',
    });
    expect(parseSysctl('net/core/somaxconn=1\n# x = 1\n-kernel.sem =\t1\t2\n; y = 1')).toEqual({
      'net.core.somaxconn': '1',
      'kernel.sem': '1 2',
    });
  });

  it.each(['/sudoers.d/pulumi-kingbase', '/limits.d/60-pulumi-kingbase.conf', '/logrotate.d/pulumi-kingbase'])(
    'carry any user name in %s or refuse it',
    (path) => {
      const lines = file(makeSpec(), path).split('\n').length;
      fc.assert(
        fc.property(hostile, (user) => {
          const text = attempt(() => file(makeSpec({ os: { user } }), path));
          if (text === undefined) return;
          expect(text.split('\n')).toHaveLength(lines);
          expect(text).toContain(user);
          expect(user).not.toMatch(/[\s%$;,#"'\\!=]/);
        }),
      );
    },
  );

  it('pass any user name to automation.sh as one word or refuse it', () => {
    const users = fc.sample(hostile, { numRuns: 40, seed: 11 });
    for (const user of users) {
      const text = attempt(() =>
        renderTemplate(templates, 'os/automation.sh', 'shell', { form: 'cron.d', user, file: '/x' }),
      );
      if (text === undefined) continue;
      const result = spawnSync('sh', ['-c', `${text.split('\n').slice(0, 8).join('\n')}\nprintf %s "$user"`], {
        encoding: 'utf8',
      });
      expect(result.stdout).toBe(user);
    }
  });
});
