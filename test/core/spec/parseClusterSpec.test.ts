// unknown -> spec or findings: defaults, what is told of a wrong shape, and that no input makes it throw.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClusterSpec } from '../../../core/spec/parseClusterSpec';
import { EXAMPLE } from '../../../core/spec/referenceExample';
import { clusterSchema } from '../../../core/spec/schema';
import { cluster, findings, hostKey, messages, node, spec } from './exampleCluster';

describe('parseClusterSpec, defaults', () => {
  it('fills the least input with the defaults of the vendor', () => {
    const result = parseClusterSpec({ nodes: [node(1)] }, 'orders');
    expect(result).toEqual({
      ok: true,
      spec: {
        name: 'orders',
        version: 'V8R6',
        nodes: [
          {
            name: 'node1',
            host: '10.77.0.11',
            role: 'database',
            id: 1,
            priority: 100,
            location: 'default',
            hostKey: hostKey(1),
            netDevice: 'eth0',
          },
        ],
        connection: { user: 'root', port: 22, agent: false, connectTimeoutSeconds: 10 },
        install: { source: 'existing', licenseMinDays: 30 },
        os: {
          user: 'kingbase',
          group: 'kingbase',
          home: '/home/kingbase',
          applySysctl: true,
          firewall: 'auto',
          timezone: 'Asia/Shanghai',
        },
        directories: {
          prefix: '/home/kingbase/cluster/orders/kingbase',
          data: '/home/kingbase/cluster/orders/kingbase/data',
        },
        database: {
          port: 54321,
          superuser: 'system',
          mode: 'oracle',
          encoding: 'UTF8',
          locale: 'C',
          caseSensitive: true,
          checksums: true,
          auth: 'scram-sha-256',
          parameters: {},
          preloadLibraries: [],
        },
        replication: { synchronous: 'quorum', syncNodes: [], potentialNodes: [], asyncNodes: [] },
        failover: {
          preset: 'normal',
          failover: 'automatic',
          recovery: 'standby',
          monitorIntervalSeconds: 2,
          reconnectAttempts: 10,
          reconnectIntervalSeconds: 6,
          connectTimeoutSeconds: 10,
          tcpUserTimeoutMs: 9000,
          walSenderTimeoutMs: 30000,
          walReceiverTimeoutMs: 30000,
          vipTimeoutSeconds: 60,
          trustedServers: [],
          runningUnderFailureTrustedServers: true,
          autoClusterRecoveryLevel: 1,
          useCheckDisk: false,
          mountCheckMaxRetries: 6,
        },
        virtualIp: undefined,
        remoteChannel: { kind: 'ssh', port: 22 },
        clients: [],
        archive: {
          mode: 'on',
          to: 'directory',
          command: '/bin/cp -f %p /home/kingbase/cluster/orders/kingbase/archive/%f',
        },
        repmgrParameters: {},
        rollout: { primary: 'inPlace', streamingTimeoutSeconds: 120 },
        preflight: { accept: [], minFreeDiskMiB: 1024, minFreeMemoryMiB: 1024, maxClockSkewSeconds: 2 },
      },
    });
  });

  it('lets a name in the object win over the name of the resource', () => {
    expect(spec(cluster({ name: 'orders' })).name).toBe('orders');
  });

  it('lets an explicit number win over the preset', () => {
    const made = spec(cluster({ failover: { preset: 'fast', reconnectAttempts: 5, trustedServers: ['10.77.0.1'] } }));
    expect(made.failover).toMatchObject({
      preset: 'fast',
      reconnectAttempts: 5,
      reconnectIntervalSeconds: 1,
      connectTimeoutSeconds: 2,
    });
  });

  it('counts ids over database and witness nodes only, and keeps those that are given', () => {
    const made = spec(
      cluster({ nodes: [node(1), node(2, { role: 'repository' }), node(3, { id: 7 }), node(4, { role: 'witness' })] }),
    );
    expect(made.nodes.map((one) => one.id)).toEqual([1, 0, 7, 3]);
  });

  it('takes login user and port of a node apart from its own fields', () => {
    const made = spec(cluster({ nodes: [node(1, { user: 'ops', port: 2222 }), node(2, { user: 'ops' })] }));
    expect(made.nodes.map((one) => one.connection)).toEqual([{ user: 'ops', port: 2222 }, { user: 'ops' }]);
    expect(made.nodes[0]).not.toHaveProperty('user');
  });

  it.each([
    [undefined, { kind: 'ssh', port: 2200 }],
    ['ssh', { kind: 'ssh', port: 2200 }],
    ['securecmdd', { kind: 'securecmdd', port: 8890 }],
    [
      { kind: 'securecmdd', port: 9000 },
      { kind: 'securecmdd', port: 9000 },
    ],
    [{ kind: 'ssh' }, { kind: 'ssh', port: 2200 }],
  ])('makes a remote channel of %j', (remoteChannel, expected) => {
    expect(spec(cluster({ remoteChannel, connection: { port: 2200 } })).remoteChannel).toEqual(expected);
  });

  it('takes the virtual IP as text and as an object, and its device for nodes without one', () => {
    expect(spec().virtualIp).toEqual({ address: '10.77.0.100/24', privilege: 'setuidCopy' });
    const made = spec(
      cluster({
        nodes: [node(1), node(2, { netDevice: 'eth7' })],
        virtualIp: { address: '10.77.0.100/24', netDevice: 'bond0', privilege: 'existing' },
      }),
    );
    expect(made.virtualIp).toEqual({ address: '10.77.0.100/24', privilege: 'existing' });
    expect(made.nodes.map((one) => one.netDevice)).toEqual(['bond0', 'eth7']);
  });

  it('gives a bastion the user of the connection, and trims its key', () => {
    const made = spec(
      cluster({ connection: { user: 'ops', bastion: { host: 'jump.example', hostKey: `${hostKey(9)}\n` } } }),
    );
    expect(made.connection.bastion).toEqual({ host: 'jump.example', port: 22, user: 'ops', hostKey: hostKey(9) });
  });

  it('turns parameters into the text of a configuration file', () => {
    const parameters = { max_connections: 300, jit: false, wal_compression: true, work_mem: '64MB' };
    const made = spec(cluster({ database: { parameters }, repmgrParameters: { monitoring_history: false } }));
    expect(made.database.parameters).toEqual({
      max_connections: '300',
      jit: 'off',
      wal_compression: 'on',
      work_mem: '64MB',
    });
    expect(made.repmgrParameters).toEqual({ monitoring_history: 'off' });
  });

  it('ignores nodeSource, which was read before', () => {
    expect(messages(cluster({ nodeSource: { kind: 'lab', name: 'lab' } }))).toEqual([]);
    expect(messages(cluster({ nodeSource: 'existing' }))).toEqual([]);
  });

  it('follows home and prefix down to the data directory', () => {
    expect(spec(cluster({ os: { user: 'kes' } })).directories).toEqual({
      prefix: '/home/kes/cluster/lab/kingbase',
      data: '/home/kes/cluster/lab/kingbase/data',
    });
  });

  it('takes the example of the reference', () => {
    expect(parseClusterSpec(EXAMPLE.cluster, 'orders').ok).toBe(true);
  });

  it('leaves the caller’s object as it was', () => {
    const input = cluster({ failover: { preset: 'x' } });
    const before = structuredClone(input);
    parseClusterSpec(input, 'lab');
    expect(input).toEqual(before);
  });
});

describe('parseClusterSpec, shape', () => {
  it('tells everything at once', () => {
    const all = messages({
      nods: [],
      version: 'V7',
      nodes: [3, node(2, { role: 'primary', host: '' })],
      failover: { presett: 'fast', trustedServers: 'gw' },
      virtualIp: 3,
      remoteChannel: 'shh',
      rollout: { streamingTimeoutSeconds: 90000 },
      connection: { bastion: {} },
    });
    expect(all).toEqual([
      'nods: unknown key "nods"',
      'version: "V7" is not one of V8R6, V9',
      'nodes[0]: expected an object, found 3',
      'nodes[1].host: is empty',
      'nodes[1].role: "primary" is not one of database, witness, repository',
      'connection.bastion.host: is missing',
      'connection.bastion.hostKey: is missing',
      'failover.presett: unknown key "presett"',
      'failover.trustedServers: expected a list, found the text "gw"',
      'virtualIp: expected text or an object, found 3',
      'remoteChannel: "shh" is not one of ssh, securecmdd',
      'rollout.streamingTimeoutSeconds: 90000 s is above the maximum 86400 s',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'cluster: expected an object, found nothing'],
    ['null', null, 'cluster: expected an object, found null'],
    ['a list', [1], 'cluster: expected an object, found [1]'],
    ['text', 'nodes', 'cluster: expected an object, found "nodes"'],
    ['a function', () => 1, 'cluster: expected an object, found null'],
  ])('refuses %s in place of the object', (_, input, expected) => {
    expect(messages(input)).toEqual([expected]);
  });

  it('refuses what is not plain data', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(messages(circle)[0]).toMatch(/^cluster: cannot be read as plain data \(Converting circular/);
    const rude = {
      toJSON: () => {
        throw 'no';
      },
    };
    expect(messages(rude)).toEqual(['cluster: cannot be read as plain data (no)']);
  });

  it('asks for a name where there is no resource to take it from', () => {
    const result = parseClusterSpec({ nodes: [node(1)] });
    expect(result.ok ? [] : result.findings.map((finding) => `${finding.path}: ${finding.message}`)).toEqual([
      'name: is missing',
    ]);
  });

  it.each([
    ['version', 'V008R006C009B0014', 'did you mean V8R6?'],
    ['version', 'V009R001C010', 'did you mean V9?'],
  ])('takes the build string of %s for its generation', (key, value, hint) => {
    expect(findings(cluster({ [key]: value }))[0]?.hint).toContain(hint);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a key that belongs elsewhere', { trustedServers: [] }, 'trustedServers belongs under failover.trustedServers.'],
    ['a key of a node', { priority: 1 }, 'priority belongs under nodes[].priority.'],
    [
      'a private key',
      { privateKey: 'x' },
      'a private key never stands in plain configuration: `pulumi config set --secret kingbase:privateKey`, or give connection.privateKeyFile.',
    ],
    [
      'a count in quotes',
      { failover: { reconnectAttempts: '3', trustedServers: ['10.77.0.1'] } },
      'write the number without quotes: 3.',
    ],
    ['an empty value', { os: null }, 'remove the key, or give it a value. The operating system of the nodes.'],
    ['an empty text with a default', { os: { timezone: '' } }, 'remove the key to get the default (Asia/Shanghai).'],
    ['a list without a description', { clients: [[1]] }, 'write text.'],
    [
      'too many nodes',
      { nodes: Array.from({ length: 65 }, (_, index) => node(index + 1)) },
      'list every host of the cluster once.',
    ],
    ['a missing host key of a bastion', { connection: { bastion: { host: '' } } }, '`ssh-keyscan -t ed25519 <host>`'],
    ['a key that fits nowhere', { rollout: { colour: 'red' } }, 'known here: primary, streamingTimeoutSeconds.'],
  ])('has a hint for %s', (_, more, hint) => {
    expect(
      findings(cluster(more))
        .map((finding) => finding.hint)
        .join('\n'),
    ).toContain(hint);
  });

  it('says how many entries are missing or too many', () => {
    expect(messages({ nodes: [] })).toEqual(['nodes: has 0 entries, at least 1 needed']);
    expect(messages(cluster({ nodes: Array.from({ length: 65 }, (_, index) => node(index + 1)) }))).toContain(
      'nodes: has 65 entries, at most 64 allowed',
    );
  });

  it('shortens a long value', () => {
    expect(messages(cluster({ version: 'x'.repeat(200) }))[0]).toHaveLength(
      'version: '.length + 78 + ' is not one of V8R6, V9'.length,
    );
  });

  it('refuses control characters wherever they are, but not a line break at the end', () => {
    expect(messages(cluster({ nodes: [node(1, { location: 'a\u0000b' })] }))).toEqual([
      'nodes[0].location: has the control character 0x00 at position 2',
    ]);
    expect(messages(cluster({ database: { parameters: { log_line_prefix: '%m\n[%p]' } } }))).toEqual([
      'database.parameters.log_line_prefix: has the control character 0x0a at position 3',
    ]);
    expect(messages(cluster({ nodes: [node(1, { hostKey: `${hostKey(1)}\n` })] }))).toEqual([]);
  });

  it('treats a prototype as an ordinary unknown key', () => {
    expect(messages(JSON.parse('{"__proto__": {"nodes": []}, "nodes": []}'))).toEqual([
      '__proto__: unknown key "__proto__"',
      'nodes: has 0 entries, at least 1 needed',
    ]);
  });

  it('writes a default, a change and a source for every field of the schema', () => {
    const bare: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      for (const [key, child] of Object.entries(
        (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        const isGroup = child['properties'] !== undefined || child['anyOf'] !== undefined || key === 'nodes';
        const missing = ['description', ...(isGroup ? [] : ['x-change', 'x-source'])].filter(
          (word) => child[word] === undefined,
        );
        if (missing.length > 0) bare.push(`${path}${key}: ${missing.join(', ')}`);
        walk(child, `${path}${key}.`);
        walk((child['items'] ?? {}) as Record<string, unknown>, `${path}${key}[].`);
        for (const branch of (child['anyOf'] ?? []) as Record<string, unknown>[]) walk(branch, `${path}${key}.`);
      }
    };
    walk(clusterSchema, '');
    expect(bare).toEqual([]);
  });
});

describe('parseClusterSpec, any input', () => {
  // Values where keys and values of the real thing are frequent, so that depth is reached.
  const leaf = fc.oneof(
    fc.constantFrom(
      'V8R6',
      'media',
      '10.77.0.11',
      '10.77.0.100/24',
      'node1',
      'custom',
      'pg',
      '/a/kingbase',
      '',
      '0.0.0.0/0',
      hostKey(1),
      '999GB',
      'on',
      'exit 0',
      '\u0000',
    ),
    fc.integer({ min: -10, max: 100000 }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
  );
  const keys = [
    ...Object.keys(clusterSchema.properties),
    ...Object.keys(clusterSchema.properties.nodes.items.properties),
    ...Object.keys(clusterSchema.properties.failover.properties),
    ...Object.keys(clusterSchema.properties.database.properties),
    ...Object.keys(clusterSchema.properties.directories.properties),
    ...Object.keys(clusterSchema.properties.archive.properties),
    ...Object.keys(clusterSchema.properties.replication.properties),
    'shared_buffers',
    '__proto__',
    'toString',
  ];
  const key = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: fc.string() });
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, depthSize: 'medium' },
      leaf,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(key, tie('any'), { maxKeys: 6 }),
    ),
  })).any;

  it('never throws, and every finding has a code, a path, a message and a hint', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.jsonValue(), fc.dictionary(key, value)), (input) => {
        const result = parseClusterSpec(input, 'lab');
        if (result.ok) return;
        expect(result.findings.length).toBeGreaterThan(0);
        for (const finding of result.findings) {
          expect(finding.code).toMatch(/^(spec|parameter)\/[a-z-]+$/);
          expect(finding.path).toBeTruthy();
          expect(finding.message).toBeTruthy();
          expect(finding.hint).toBeTruthy();
        }
      }),
      { numRuns: 600 },
    );
  });

  it('never throws when one place of a good cluster is replaced by anything', () => {
    const good = cluster({
      nodes: [node(1), node(2), node(3)],
      connection: { bastion: { host: 'jump', hostKey: hostKey(9) } },
      clients: ['10.0.0.0/16'],
      database: { parameters: { work_mem: '1MB' } },
    });
    const places: (string | number)[][] = [];
    const collect = (holder: unknown, path: (string | number)[]): void => {
      if (path.length > 0) places.push(path);
      if (typeof holder !== 'object' || holder === null) return;
      for (const [name, child] of Object.entries(holder))
        collect(child, [...path, Array.isArray(holder) ? Number(name) : name]);
    };
    collect(good, []);
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (path, replacement) => {
        const input = structuredClone(good);
        const last = path[path.length - 1] as string;
        const holder = path
          .slice(0, -1)
          .reduce<Record<string, unknown>>((at, part) => at[part] as Record<string, unknown>, input);
        holder[last] = replacement;
        const result = parseClusterSpec(input, 'lab');
        expect(result.ok || result.findings.length > 0).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('parses every cluster that is built by the rules', () => {
    const count = fc.integer({ min: 1, max: 6 });
    const preset = fc.constantFrom('fast', 'normal', 'safe', 'wide');
    const mode = fc.constantFrom('quorum', 'sync', 'all', 'async');
    fc.assert(
      fc.property(
        count,
        preset,
        mode,
        fc.boolean(),
        fc.constantFrom('V8R6', 'V9'),
        (size, name, synchronous, witness, version) => {
          const nodes = Array.from({ length: size }, (_, index) => node(index + 1));
          const withWitness = witness && size > 1 ? [...nodes, node(size + 1, { role: 'witness' })] : nodes;
          const input = cluster({
            version,
            nodes: withWitness,
            replication: { synchronous },
            failover: { preset: name, trustedServers: ['10.77.0.1'] },
          });
          expect(messages(input)).toEqual([]);
        },
      ),
    );
  });

  it('is stable: what it makes of an input does not depend on the order of its keys', () => {
    const input = cluster({ database: { port: 5432 }, version: 'V9' });
    const turned = Object.fromEntries(Object.entries(input).reverse());
    expect(spec(turned)).toEqual(spec(input));
  });
});
