/** One operation at a time: the note on every node against a second operator, a run that was killed, and the shell that keeps it. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootstrapHandler } from '../../../remote/handlers/bootstrap';
import { memberHandler } from '../../../remote/handlers/member';
import { membershipHandler } from '../../../remote/handlers/membership';
import { rolloutHandler } from '../../../remote/handlers/rollout';
import { runSteps } from '../../../remote/nodeSteps';
import { holdCluster } from '../../../remote/operation/holdCluster';
import { shareCluster } from '../../../remote/operation/shareCluster';
import { whoAmI, type Identity } from '../../../remote/operation/whoAmI';
import { FakeCluster } from '../../support/fakeCluster';
import { LocalRemote } from '../../support/localRemote';
import { targetIn } from '../../support/nodeTarget';
import { emptyNode, noLedger, primaryNode, standbyNode, SYSTEM } from '../../support/observations';

const me: Identity = { operator: 'ops@ws1', pid: 10, place: 'ws1', isRunning: () => true };
const other = { ...me, operator: 'dba@ws2', pid: 20, place: 'ws2' };
const three = () =>
  new FakeCluster({ node1: primaryNode('node1'), node2: standbyNode('node2'), node3: standbyNode('node3') });
const nodesOf = (cluster: FakeCluster) => ['node3', 'node1', 'repo', 'node2'].map((name) => cluster.node(name));
const note = (changes: object = {}): string =>
  JSON.stringify({
    token: 'x',
    what: 'rollout',
    operator: 'dba@ws2',
    pid: 20,
    place: 'ws2',
    since: 1,
    expires: 2,
    ...changes,
  });

describe('holdCluster', () => {
  it('holds every member in the order of names, and lets go afterwards, also where the operation fails', async () => {
    const cluster = three();
    const seen = await holdCluster(
      cluster.open,
      nodesOf(cluster),
      'rollout',
      async () => [...cluster.operations.keys()],
      me,
    );
    expect(seen).toEqual(['node1', 'node2', 'node3']);
    expect(cluster.operations.size).toBe(0);
    const failing = holdCluster(cluster.open, nodesOf(cluster), 'rollout', () => Promise.reject(new Error('no')), me);
    await expect(failing).rejects.toThrow('no');
    expect(cluster.operations.size).toBe(0);
  });

  it('refuses a second operator while the first is at work, and takes nothing of his away', async () => {
    const cluster = three();
    let ran = false;
    await holdCluster(
      cluster.open,
      nodesOf(cluster),
      'rollout',
      async () => {
        const second = holdCluster(cluster.open, nodesOf(cluster), 'bootstrap', async () => (ran = true), other);
        await expect(second).rejects.toThrow(
          /node1: the cluster is held by another run of ops@ws1 \(process 10\): rollout/,
        );
        expect([...cluster.operations.keys()]).toEqual(['node1', 'node2', 'node3']);
      },
      me,
    );
    expect(ran).toBe(false);
  });

  it('lets go of the nodes it held where another one is held', async () => {
    const cluster = three();
    cluster.operations.set('node2', note());
    await expect(holdCluster(cluster.open, nodesOf(cluster), 'rollout', async () => 1, me)).rejects.toThrow('dba@ws2');
    expect([...cluster.operations]).toEqual([['node2', note()]]);
  });

  it('goes on at once after a run of the same place that was killed, and only after such a one', async () => {
    const cluster = three();
    const killed = note({ place: 'ws1', operator: 'ops@ws1' });
    for (const node of ['node1', 'node2']) cluster.operations.set(node, killed);
    const again = (identity: Identity) =>
      holdCluster(cluster.open, nodesOf(cluster), 'rollout', async () => 'done', identity);
    await expect(again(me)).rejects.toThrow('held by another run of ops@ws1');
    await expect(again({ ...other, isRunning: () => false })).rejects.toThrow('held by another run of ops@ws1');
    expect(await again({ ...me, isRunning: () => false })).toBe('done');
  });

  it('goes on after a note of this very process that nothing of it is at work under: its release failed', async () => {
    const cluster = three();
    cluster.operations.set('node2', note({ ...me, token: 'left over' }));
    expect(await holdCluster(cluster.open, nodesOf(cluster), 'rollout', async () => 'done', me)).toBe('done');
    await holdCluster(
      cluster.open,
      nodesOf(cluster),
      'rollout',
      async () => {
        const inside = holdCluster(cluster.open, nodesOf(cluster), 'removal', async () => 'never', me);
        await expect(inside).rejects.toThrow('held by another run of ops@ws1');
      },
      me,
    );
  });

  it('passes a node that does not answer, and stops at a note that cannot be read', async () => {
    const cluster = three();
    cluster.set('node2', undefined);
    expect(await holdCluster(cluster.open, nodesOf(cluster), 'rollout', async () => 'done', me)).toBe('done');
    cluster.operations.set('node1', '{}');
    await expect(holdCluster(cluster.open, nodesOf(cluster), 'rollout', async () => 1, me)).rejects.toThrow(
      'whose note cannot be read',
    );
  });
});

function deferred(): { readonly promise: Promise<string>; readonly resolve: (value: string) => void } {
  let resolve: (value: string) => void = () => undefined;
  const promise = new Promise<string>((done) => (resolve = done));
  return { promise, resolve };
}

describe('shareCluster', () => {
  const members = (cluster: FakeCluster, act: () => Promise<string>, who = me) =>
    shareCluster(cluster.open, nodesOf(cluster), 'members', act, who);

  it('is held by the first of those who work side by side, until the last of them ends', async () => {
    const cluster = three();
    const first = deferred();
    const second = deferred();
    const both = [members(cluster, () => first.promise), members(cluster, () => second.promise)];
    await expect(members(cluster, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    first.resolve('one');
    expect(await both[0]).toBe('one');
    expect([...cluster.operations.keys()]).toEqual(['node1', 'node2', 'node3']);
    const another = holdCluster(cluster.open, nodesOf(cluster), 'rollout', async () => 'never', other);
    await expect(another).rejects.toThrow('held by another run of ops@ws1 (process 10): members');
    second.resolve('two');
    expect(await both[1]).toBe('two');
    expect(cluster.operations.size).toBe(0);
    expect(cluster.operationLog.filter((entry) => entry === 'node1: hold')).toHaveLength(2);
    expect(await members(cluster, async () => 'again')).toBe('again');
  });

  it('takes the nodes that only a later one has, under the same note', async () => {
    const cluster = three();
    const wait = deferred();
    const old = shareCluster(
      cluster.open,
      [cluster.node('node2'), cluster.node('node3')],
      'members',
      () => wait.promise,
      me,
    );
    const seen = await members(cluster, async () => new Set(cluster.operations.values()).size.toString());
    expect(seen).toBe('1');
    expect([...cluster.operations.keys()].sort()).toEqual(['node1', 'node2', 'node3']);
    wait.resolve('done');
    await old;
    expect(cluster.operations.size).toBe(0);
  });

  it('is refused to another run, which leaves nothing behind, and asks a node that is off only once', async () => {
    const cluster = three();
    cluster.operations.set('node3', note());
    await expect(members(cluster, async () => 'never')).rejects.toThrow(
      'node3: the cluster is held by another run of dba@ws2',
    );
    expect([...cluster.operations.keys()]).toEqual(['node3']);
    cluster.operations.clear();
    cluster.set('node2', undefined);
    const asked: string[] = [];
    const open: typeof cluster.open = (connection) => {
      asked.push(connection.host);
      return cluster.open(connection);
    };
    const share = (act: () => Promise<unknown>): Promise<unknown> =>
      shareCluster(open, nodesOf(cluster), 'members', act, me);
    await share(() => share(async () => 'done'));
    expect(asked.filter((host) => host === cluster.node('node2').connection.host)).toHaveLength(1);
  });
});

describe('an operation of several steps', () => {
  const held = (cluster: FakeCluster): FakeCluster => {
    cluster.operations.set('node1', note());
    return cluster;
  };
  const database = {
    mode: 'pg',
    encoding: 'UTF8',
    locale: 'C',
    caseSensitive: true,
    checksums: true,
    auth: 'md5',
  } as const;

  it('is refused while another operator holds the cluster, before anything is done', async () => {
    const cluster = held(three());
    // Paused by the rollout that is at work: to unpause it would let a failover into a restart of the primary.
    cluster.set('node2', standbyNode('node2', { ledger: noLedger({ rollout: '{}' }) }));
    const nodes = nodesOf(cluster);
    const rollout = {
      nodes: nodes.map((node) => ({ ...node, reload: {}, restart: {} })),
      primaryMode: 'inPlace',
      streamingTimeoutSeconds: 1,
    } as const;
    const empty = held(
      new FakeCluster({ node1: emptyNode('node1'), node2: emptyNode('node2'), node3: emptyNode('node3') }),
    );
    const bootstrap = { nodes: nodesOf(empty), first: 'node1', database, files: {} };
    const membership = membershipHandler(cluster.open);
    const refused = 'held by another run of dba@ws2';
    await expect(bootstrapHandler(empty.open, empty.clock).create(bootstrap)).rejects.toThrow(refused);
    await expect(rolloutHandler(cluster.open, cluster.clock).update('x', rollout, rollout)).rejects.toThrow(refused);
    await expect(membership.update('x', { nodes }, { nodes: nodes.slice(1) })).rejects.toThrow(refused);
    await expect(membership.delete('x', { nodes })).rejects.toThrow(refused);
    const [self, ...peers] = nodes.filter(({ target }) => target.role !== 'repository');
    const inputs = { ...(self ?? cluster.node('node1')), peers, files: {}, systemIdentifier: SYSTEM, incarnation: 'm' };
    const member = memberHandler(cluster.open, cluster.clock);
    await expect(member.create(inputs)).rejects.toThrow(refused);
    await expect(member.update('x', inputs, inputs)).rejects.toThrow(refused);
    await expect(member.delete('x', inputs)).rejects.toThrow(refused);
    expect([...cluster.log, ...empty.log]).toEqual([]);
  });
});

describe('whoAmI', () => {
  it('names the operator and this process, and knows which process runs', () => {
    const { operator, pid, place, isRunning } = whoAmI();
    expect(operator).toMatch(/^[\w.-]+@[\w.-]+$/);
    expect([pid, isRunning(pid), isRunning(2 ** 30)]).toEqual([process.pid, true, false]);
    expect(place).not.toContain('"');
  });
});

describe('operation.sh', () => {
  let root: string;
  let remote: LocalRemote;
  const target = () => targetIn(root);
  const path = () => join(target().state, 'operation.json');
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'kingbase-operation-'));
    remote = new LocalRemote(root);
    mkdirSync(target().state, { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const run = (step: string, token: string, dead = '') =>
    runSteps(remote, target(), 'operation.sh', [step], {
      env: {
        KB_OP_NOTE: `{"token":"${token}","what":"rollout"`,
        KB_OP_TOKEN: token,
        KB_OP_BREAK: dead,
        KB_OP_SECONDS: '90',
      },
    });
  const read = () => JSON.parse(readFileSync(path(), 'utf8')) as { token: string; since: number; expires: number };
  const now = (): number => Date.now() / 1000;

  it('writes, renews and takes away its own note', async () => {
    await run('hold', 'a');
    expect(read().expires - now()).toBeGreaterThan(80);
    writeFileSync(path(), '{"token":"a","what":"rollout","since":7,"expires":8}');
    await run('renew', 'a');
    expect(read()).toMatchObject({ token: 'a', since: 7 });
    expect(read().expires - now()).toBeGreaterThan(80);
    await run('release', 'a');
    expect(existsSync(path())).toBe(false);
  });

  it("refuses another's note with its text, and neither renews nor takes it away", async () => {
    await run('hold', 'a');
    const before = readFileSync(path(), 'utf8');
    await expect(run('hold', 'b')).rejects.toMatchObject({ result: { code: 77, stdout: before } });
    await expect(run('hold', 'b', 'c')).rejects.toMatchObject({ result: { code: 77 } });
    await run('renew', 'b');
    await run('release', 'b');
    expect(readFileSync(path(), 'utf8')).toBe(before);
  });

  it.each([
    ['expired', '{"token":"a","expires":8}', ''],
    ['of a run that is known to be dead', '{"token":"a","expires":99999999999}', 'a'],
  ])('takes the place of a note that is %s', async (_what, text, dead) => {
    writeFileSync(path(), text);
    await run('hold', 'b', dead);
    expect(read().token).toBe('b');
  });

  it('stops at a note that it cannot read', async () => {
    writeFileSync(path(), 'garbage');
    await expect(run('hold', 'b')).rejects.toMatchObject({ result: { code: 77 } });
  });
});
