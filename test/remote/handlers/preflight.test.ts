/**
 * The Preflight resource over a stand-in Remote, and the collector itself run by a real bash on this machine. That it reads cluster hosts
 * rightly is shown in the lab.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KingbaseError } from '../../../core/finding';
import { Facts } from '../../../core/preflight/evidence';
import { preflightVariables } from '../../../core/preflight/request';
import type { PreflightRequest } from '../../../core/preflight/types';
import {
  preflightHandler,
  runPreflight,
  type PreflightInputs,
  type PreflightNode,
} from '../../../remote/handlers/preflight';
import type { NodeTarget } from '../../../core/topology/nodeTarget';
import type { Connection, ExecResult, OpenRemote, Remote } from '../../../remote/remote';
import { RemoteError } from '../../../remote/remoteError';
import { composeScript } from '../../../remote/shell';
import { FakeCluster } from '../../support/fakeCluster';
import { emptyNode, primaryNode, roleOf, standbyNode } from '../../support/observations';
import { makeOutput, makeRequest, NOW, type FactChanges } from '../../core/preflight/support';

const clock = { now: () => NOW * 1000 };

interface Host {
  readonly facts?: FactChanges;
  readonly error?: Error;
  readonly date?: string;
}

/** Hosts by address, and what was asked of them. */
function makeHosts(hosts: Readonly<Record<string, Host>>) {
  const asked: string[] = [];
  const done = (stdout: string): ExecResult => ({ code: 0, stdout, stderr: '' });
  const open = ({ host }: Connection): Remote => {
    const { facts, error, date = `${NOW}.0` } = hosts[host] ?? {};
    const refuse = () => Promise.reject(new Error('preflight must not write'));
    return {
      host,
      script: async () => {
        asked.push(host);
        if (error !== undefined) throw error;
        return done(makeOutput(facts));
      },
      exec: async (argv) => (argv[0] === 'date' ? done(`${date}\n`) : refuse()),
      put: refuse,
      get: refuse,
      close: () => undefined,
    };
  };
  return { open, asked };
}

function makeNode(name: string, host: string, request: Partial<PreflightRequest> = {}): PreflightNode {
  return {
    connection: { host, port: 22, user: 'ops', hostKey: 'ssh-ed25519 AAAA' },
    request: makeRequest({ name, ...request }),
  };
}

const node1 = makeNode('node1', '10.77.0.11');
const node2 = makeNode('node2', '10.77.0.12');

describe('preflightHandler', () => {
  it('creates where nothing blocks, and keeps the warnings', async () => {
    const { open } = makeHosts({ '10.77.0.11': { facts: { 'sys.selinux': 'Enforcing' } } });
    const created = await preflightHandler(open, clock).create(node1);
    expect(created).toEqual({ id: '10.77.0.11', outs: { ...node1, warnings: ['node1: selinux: Enforcing'] } });
  });

  it('refuses with every reason at once, each with what to do', async () => {
    const { open } = makeHosts({
      '10.77.0.11': { facts: { 'port.54321': '9 root nc', 'mem.info': { error: 'no /proc' } } },
    });
    const error = await preflightHandler(open, clock)
      .create(node1)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KingbaseError);
    expect((error as KingbaseError).findings.map((finding) => finding.code)).toEqual([
      ...[
        'preflight/database-port-free',
        'preflight/memory-available',
        'preflight/shared-buffers',
        'preflight/swap-used',
      ],
      ...['preflight/huge-pages', 'preflight/overcommit'],
    ]);
    expect((error as KingbaseError).message).toContain('HINT: Stop that program, or choose another port.');
  });

  it('compares the nodes where it is given all of them', async () => {
    const { open } = makeHosts({ '10.77.0.11': {}, '10.77.0.12': { facts: { 'sys.arch': 'aarch64' } } });
    await expect(preflightHandler(open, clock).create({ nodes: [node1, node2] })).rejects.toThrow(
      'cluster: architectures-equal: FAIL all database nodes have the same architecture: found node1 x86_64, node2 aarch64',
    );
  });

  it('looks at new hosts only, and never again because a threshold changed', async () => {
    const { open, asked } = makeHosts({});
    const handler = preflightHandler(open, clock);
    const olds = { nodes: [node1], warnings: [] };
    expect(await handler.diff('x', olds, { nodes: [makeNode('node1', '10.77.0.11', { minFreeDiskMiB: 9 })] })).toEqual({
      changes: false,
    });
    expect(await handler.diff('x', olds, { nodes: [] })).toEqual({ changes: true });
    expect(await handler.diff('x', olds, { nodes: [node1, node2] })).toEqual({ changes: true });
    expect((await handler.update('x', olds, { nodes: [node1, node2] })).outs).toMatchObject({ nodes: [node1, node2] });
    expect(asked).toEqual(['10.77.0.12']);
    expect(await handler.diff('x', { ...node1, warnings: [] }, node2)).toEqual({
      changes: true,
      replaces: ['connection'],
    });
    expect(await handler.diff('x', { ...node1, warnings: [] }, { ...node1 })).toEqual({ changes: false });
  });

  describe('of options that sys_rman is to know', () => {
    const unknown = { 'rman.unknown': 'zst', 'rman.silent': '', 'mem.info': 'MemTotal: 9 kB\nMemAvailable: 1 kB' };
    const existing = { ...node1.request.install, source: 'existing' } as const;
    const made = (...rmanOptions: readonly string[]) =>
      makeNode('node1', '10.77.0.11', { rmanOptions, install: existing });
    const plain = { nodes: [made()], warnings: [] };

    it('looks at known nodes for those alone where more are declared, and refuses what they do not know', async () => {
      const { open, asked } = makeHosts({ '10.77.0.11': { facts: unknown } });
      const handler = preflightHandler(open, clock);
      const news = { nodes: [made('zst')] };
      expect(await handler.diff('x', plain, news)).toEqual({ changes: true });
      const error: unknown = await handler.update('x', plain, news).catch((reason: unknown) => reason);
      expect((error as KingbaseError).findings.map(({ code }) => code)).toEqual(['preflight/sys-rman-options']);
      expect(asked).toEqual(['10.77.0.11']);
    });

    it('refuses a known node that cannot unpack what they pack', async () => {
      const facts = { ...unknown, 'rman.unknown': '', 'sys.walUnpackers': '/usr/bin/lz4' };
      const { open } = makeHosts({ '10.77.0.11': { facts } });
      const refused = preflightHandler(open, clock).update('x', plain, { nodes: [made('zst')] });
      const error: unknown = await refused.catch((reason: unknown) => reason);
      expect((error as KingbaseError).findings.map(({ code }) => code)).toEqual(['preflight/wal-unpacker']);
    });

    it('stores them where sys_rman knows them, and does not look again', async () => {
      const { open, asked } = makeHosts({ '10.77.0.11': { facts: { ...unknown, 'rman.unknown': '' } } });
      const handler = preflightHandler(open, clock);
      const { outs } = await handler.update('x', { ...plain, warnings: ['w'] }, { nodes: [made('zst')] });
      expect(outs).toEqual({ nodes: [made('zst')], warnings: ['w'] });
      expect(await handler.diff('x', outs, { nodes: [made('zst')] })).toEqual({ changes: false });
      expect(asked).toEqual(['10.77.0.11']);
    });

    it('refuses where the node cannot be asked', async () => {
      const error = new RemoteError('remote/unreachable', '10.77.0.11', { message: 'it does not go', hint: 'x' });
      const { open } = makeHosts({ '10.77.0.11': { error } });
      const refused = preflightHandler(open, clock).update('x', plain, { nodes: [made('zst')] });
      await expect(refused).rejects.toThrow('it does not go');
    });

    it('takes a state of before for one that declares none', async () => {
      const { rmanOptions: _, ...early } = made().request;
      const olds = { nodes: [{ ...made(), request: early as PreflightRequest }], warnings: [] };
      const handler = preflightHandler(makeHosts({}).open, clock);
      expect(await handler.diff('x', olds, { nodes: [made()] })).toEqual({ changes: false });
      expect(await handler.diff('x', olds, { nodes: [made('zst')] })).toEqual({ changes: true });
    });
  });

  it('reads and deletes without asking anybody', async () => {
    const { open, asked } = makeHosts({});
    const handler = preflightHandler(open, clock);
    expect(await handler.read('x', { ...node1, warnings: [] })).toEqual({ id: 'x', props: { ...node1, warnings: [] } });
    await handler.delete('x', { ...node1, warnings: [] });
    expect((await handler.create({})).id).toBe('preflight');
    expect(asked).toEqual([]);
  });
});

const { request } = node1;
const nodesOf = (cluster: FakeCluster, ...names: readonly string[]) => ({
  nodes: names.map((name) => ({ ...cluster.node(name), request: { ...request, name, role: roleOf(name) } })),
});
const ALL = ['node1', 'node2', 'node3', 'repo'];
const three = (changes: ConstructorParameters<typeof FakeCluster>[0] = {}) =>
  new FakeCluster({
    node1: primaryNode('node1'),
    node2: standbyNode('node2'),
    node3: standbyNode('node3'),
    repo: emptyNode('repo'),
    ...changes,
  });

describe('a node that leaves the configuration', () => {
  const update = async (cluster: FakeCluster, olds: PreflightInputs, news: PreflightInputs) => {
    const handler = preflightHandler(cluster.open, clock);
    expect(await handler.diff('x', { ...olds, warnings: [] }, news)).toEqual({ changes: true });
    return handler.update('x', { ...olds, warnings: [] }, news);
  };

  it.each<[string, Parameters<typeof three>[0], string[], string]>([
    ['it is the primary', {}, ['node2', 'node3', 'repo'], 'node1 is the primary and is not removed'],
    ['all leave', {}, ['repo'], 'node1 is the primary and is not removed'],
    [
      'a failover is under way',
      { node1: undefined },
      ['node1', 'node2', 'repo'],
      'no primary is to be seen, so node3 cannot be unregistered',
    ],
    ['there are two primaries', { node2: primaryNode('node2') }, ['node1', 'node2', 'repo'], 'both accept writes'],
  ])('is held back while %s, before anything else is done', async (_what, nodes, staying, message) => {
    const cluster = three(nodes);
    const refused = update(cluster, nodesOf(cluster, ...ALL), nodesOf(cluster, ...staying));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow('Nothing was changed on any host.');
    expect(cluster.log).toEqual([]);
  });

  it('is held back also where it keeps its name on another host', async () => {
    const cluster = three();
    const [moved, ...others] = nodesOf(cluster, ...ALL).nodes;
    const host = '10.0.0.99';
    const news = { nodes: [{ ...moved, connection: { ...moved?.connection, host } } as PreflightNode, ...others] };
    await expect(update(cluster, nodesOf(cluster, ...ALL), news)).rejects.toThrow('Switch over to another node first');
  });

  it.each<[string, Parameters<typeof three>[0], string[]]>([
    ['a standby', {}, ['node1', 'node2', 'repo']],
    ['a standby that is gone', { node3: undefined }, ['node1', 'node2', 'repo']],
    ['a repository', { node1: undefined }, ['node1', 'node2', 'node3']],
    [
      'any node of a cluster that does not exist yet',
      { node1: emptyNode('node1'), node2: emptyNode('node2'), node3: undefined },
      ['node1', 'node2', 'repo'],
    ],
  ])('may be %s', async (_what, nodes, staying) => {
    const cluster = three(nodes);
    const news = nodesOf(cluster, ...staying);
    const { outs } = await update(cluster, nodesOf(cluster, ...ALL), news);
    expect(outs).toEqual({ ...news, warnings: [] });
    expect(cluster.log).toEqual([]);
  });

  /** Lets in only who comes as the declaration says now. */
  const letsIn = (cluster: FakeCluster, may: (connection: Connection) => boolean): OpenRemote => {
    const refuse = () =>
      Promise.reject(new RemoteError('remote/auth', 'x', { message: 'refuses the login', hint: '' }));
    return (connection) =>
      may(connection)
        ? cluster.open(connection)
        : { ...cluster.open(connection), script: refuse, close: () => undefined };
  };
  const declared = (nodes: readonly PreflightNode[], connection: Partial<Connection>): PreflightNode[] =>
    nodes.map((node) => ({ ...node, connection: { ...node.connection, ...connection } }));

  it('is held back where it is the primary, though the login that the state knows opens nothing any more', async () => {
    const cluster = three();
    const handler = preflightHandler(
      letsIn(cluster, ({ user }) => user === 'admin'),
      clock,
    );
    const olds = { ...nodesOf(cluster, ...ALL), warnings: [] };
    const news = { nodes: declared(nodesOf(cluster, 'node2', 'node3', 'repo').nodes, { user: 'admin' }) };
    const refused = handler.update('x', olds, news);
    await expect(refused).rejects.toThrow('no primary is to be seen, so node1 cannot be unregistered');
    await expect(refused).rejects.toThrow('Not read: node1 (refuses the login)');
    const nobody = preflightHandler(
      letsIn(cluster, () => false),
      clock,
    ).update('x', olds, news);
    await expect(nobody).rejects.toThrow('node2, node3 could not be read, so it is not certain that the primary stays');
  });

  it('is held back where a state without its target would lose the primary, and may leave where the primary stays', async () => {
    const cluster = three();
    const handler = preflightHandler(cluster.open, clock);
    const early = nodesOf(cluster, ...ALL).nodes.map(({ connection, request }) => ({ connection, request }));
    const olds = { nodes: early, warnings: [] };
    const refused = handler.update('x', olds, nodesOf(cluster, 'node2', 'node3', 'repo'));
    await expect(refused).rejects.toThrow('no primary is to be seen, so node1 cannot be unregistered');
    await expect(refused).rejects.toThrow('Not read: node1 (noted by a version');
    const news = nodesOf(cluster, 'node1', 'node2', 'repo');
    expect((await handler.update('x', olds, news)).outs).toMatchObject(news);
  });

  it('may be a standby also in the run in which the way to the primary changes', async () => {
    const cluster = three();
    const may = ({ host, port }: Connection): boolean =>
      (host === cluster.node('node1').connection.host) === (port === 2222);
    const [first, ...others] = nodesOf(cluster, 'node1', 'node2', 'repo').nodes as [PreflightNode, ...PreflightNode[]];
    const news = { nodes: [...declared([first], { port: 2222 }), ...others] };
    const handler = preflightHandler(letsIn(cluster, may), clock);
    expect((await handler.update('x', { ...nodesOf(cluster, ...ALL), warnings: [] }, news)).outs).toMatchObject(news);
  });

  it('stores another way to a node, or another target, without looking at anything', async () => {
    const { open, asked } = makeHosts({});
    const handler = preflightHandler(open, clock);
    const cluster = three();
    const olds = { ...nodesOf(cluster, 'node1', 'node2'), warnings: ['node1: selinux: Enforcing'] };
    const other = nodesOf(cluster, 'node1', 'node2').nodes.map((node) => ({
      ...node,
      target: { ...(node.target as NodeTarget), databasePort: 5432 },
    }));
    for (const nodes of [declared(olds.nodes, { port: 2222 }), declared(olds.nodes, { user: 'admin' }), other]) {
      expect(await handler.diff('x', olds, { nodes })).toEqual({ changes: true });
      expect((await handler.update('x', olds, { nodes })).outs).toEqual({ nodes, warnings: olds.warnings });
    }
    expect(await handler.diff('x', olds, nodesOf(cluster, 'node1', 'node2'))).toEqual({ changes: false });
    expect(asked).toEqual([]);
  });

  it('is looked at again when it comes back, and so is another machine under an address', async () => {
    const { open, asked } = makeHosts({});
    const repo = makeNode('repo', '10.77.0.12', { role: 'repository' });
    const handler = preflightHandler(open, clock);
    const without = (await handler.update('x', { nodes: [node1, repo], warnings: [] }, { nodes: [node1] })).outs;
    expect(asked).toEqual([]);
    const both = (await handler.update('x', without, { nodes: [node1, repo] })).outs;
    expect(asked).toEqual(['10.77.0.12']);
    const other = { ...repo, connection: { ...repo.connection, hostKey: 'ssh-ed25519 BBBB' } };
    expect(await handler.diff('x', both, { nodes: [node1, other] })).toEqual({ changes: true });
    await handler.update('x', both, { nodes: [node1, other] });
    expect(asked).toEqual(['10.77.0.12', '10.77.0.12']);
  });
});

describe('runPreflight', () => {
  it.each(['remote/unreachable', 'remote/host-key', 'remote/auth', 'remote/sudo', 'remote/timeout'] as const)(
    'turns %s of one host into a result, and still judges the others',
    async (code) => {
      const error = new RemoteError(code, '10.77.0.12', { message: 'it does not go', hint: 'Do something.' });
      const { open } = makeHosts({ '10.77.0.11': { facts: { 'sys.systemd': 'no' } }, '10.77.0.12': { error } });
      const report = await runPreflight([node1, node2], { sshConnect: open, clock });
      expect(report.results.filter((result) => result.verdict !== 'PASS')).toMatchObject([
        { node: 'node1', id: 'systemd' },
        { node: 'node2', id: code.replace('remote/', 'connection-'), found: 'it does not go', hint: 'Do something.' },
      ]);
    },
  );

  it('does not swallow a mistake of ours', async () => {
    const { open } = makeHosts({ '10.77.0.11': { error: new TypeError('a bug') } });
    await expect(runPreflight([node1], { sshConnect: open, clock })).rejects.toThrow('a bug');
  });

  it.each([
    [`${NOW + 100}.5`, 'FAIL', '+100.50 s'],
    [`${NOW - 100}.5`, 'FAIL', '-99.50 s'],
    [`${NOW}.0`, 'PASS', '0.00 s'],
    ['%s', 'ERROR', 'could not be read: clock: was not asked'],
  ])('judges a clock that says %s', async (date, verdict, found) => {
    const { open } = makeHosts({ '10.77.0.11': { date } });
    const report = await runPreflight([node1], { sshConnect: open, clock });
    expect(report.results.find((result) => result.id === 'clock-offset')).toMatchObject({ verdict, found });
  });

  it('reads the licence on the machine that runs it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'licence-'));
    try {
      const license = join(folder, 'license.dat');
      writeFileSync(license, 'expires=2026-01-01\n');
      const install = { source: 'media', isZip: false, licenseMinDays: 30, licenseRequired: true } as const;
      const judge = async (path: string) => {
        const node = makeNode('node1', '10.77.0.11', { install: { ...install, license: path } });
        const report = await runPreflight([node], { sshConnect: makeHosts({}).open, clock });
        return report.results.find((result) => result.id === 'license');
      };
      expect(await judge(license)).toMatchObject({ verdict: 'FAIL', found: `${license}: expired 324 days ago` });
      expect(await judge(join(folder, 'nothing'))).toMatchObject({
        verdict: 'FAIL',
        found: expect.stringContaining('cannot be read'),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('preflight.sh', () => {
  const text = ['layout.sh', 'preflight.sh']
    .map((name) => readFileSync(join(__dirname, '../../../templates/scripts', name), 'utf8'))
    .join('\n');

  it('writes nothing: every redirection goes to /dev/null, to another descriptor or to a socket', () => {
    const code = text
      .split('\n')
      .filter((line) => !line.trim().startsWith('#'))
      .join('\n');
    const targets = [...code.matchAll(/(?<![-=<>|&])\d?>>?\s*("?[^\s;)|]+)/g)].map((match) => match[1]);
    expect(targets.filter((target) => !/^(\/dev\/null|&\d|"\/dev\/tcp\/.*)$/.test(target as string))).toEqual([]);
    expect(code).not.toMatch(/<<|\b(mktemp|tee|touch|mkdir|install -|rm|mv|cp|chmod|chown|ln|sed -i|truncate|dd) /);
  });

  it('reads this machine to its end, reporting every fact once', () => {
    const request = makeRequest({
      host: '127.0.0.1',
      osUser: 'nobody-of-ours',
      peers: [{ name: 'here', host: '127.0.0.1', sshPort: 9, role: 'database' }],
      trustedServers: ['127.0.0.1'],
      virtualIp: undefined,
      prefix: '/nowhere/kingbase',
      wal: '/nowhere/wal',
    });
    const result = spawnSync('bash', ['-c', 'eval "$(cat)"'], {
      input: composeScript(text, preflightVariables(request)),
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect(result.status).toBe(0);
    const names = result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.at(-1)).toBe('+end');
    expect(Buffer.byteLength(result.stdout.split('\n').sort((a, b) => b.length - a.length)[0] as string)).toBeLessThan(
      4096,
    );
    const facts = Facts.parse(result.stdout);
    expect(facts.text('data.state')).toBe('absent');
    expect(facts.text('peer.here.ssh')).toMatch(/^(refused|open)$/);
    expect(facts.text('sys.machineId')).toMatch(/^[0-9a-f]{32}$/);
    expect(facts.text('ledger')).toBe('');
    expect(facts.words('fs.wal.space')).toHaveLength(4);
    expect(facts.has('user.ping')).toBe(false);
  });
});
