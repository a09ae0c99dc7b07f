/** Member against nodes that are only observations: what a refresh sees, what a preview announces or refuses. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HBA, CRON, inputsOf, handlerOf, three, outputsOf } from '../../support/memberInputs';
import {
  emptyNode,
  memberNote,
  noLedger,
  primaryNode,
  standbyNode,
  stoppedPrimary,
  SYSTEM,
} from '../../support/observations';

describe('read', () => {
  it('sees nothing to do on a healthy node, without asking its peers', async () => {
    const cluster = three({ node1: undefined, node3: undefined });
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({
      reachable: true,
      role: 'standby',
      database: 'running',
      automation: 'active',
      drift: [],
    });
  });

  it('keeps its properties where the node cannot be reached', async () => {
    const cluster = three({ node2: undefined });
    const { id, props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(id).toBe('x');
    expect(props).toMatchObject({
      systemIdentifier: SYSTEM,
      observed: { reachable: false, reason: expect.stringContaining('cannot connect') as string },
    });
  });

  it('lists what was edited, but not what an operator paused', async () => {
    const cluster = three({ node2: standbyNode('node2', { automation: 'paused', kbhaPid: null }) });
    cluster.fileVerdicts.set(`node2:${HBA}`, 'content').set(`node2:${CRON}`, 'paused');
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({
      automation: 'paused',
      kbha: false,
      drift: [{ kind: 'file', subject: HBA, found: 'content' }],
    });
  });

  it('names a cron line that is gone once, by its file', async () => {
    const cluster = three({ node2: standbyNode('node2', { automation: 'missing' }) });
    cluster.fileVerdicts.set(`node2:${CRON}`, 'missing');
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({ drift: [{ kind: 'file', subject: CRON, found: 'missing' }] });
  });

  it('asks the primary about a standby that does not stream', async () => {
    const cluster = three({
      node2: standbyNode('node2', {}, { receiver: undefined }),
      node1: primaryNode('node1', {}, { slots: [] }),
    });
    const { props } = await handlerOf(cluster).read('x', outputsOf(cluster, 'node2'));
    expect(props.observed).toMatchObject({ drift: [{ kind: 'slot', subject: 'repmgr_slot_2' }] });
  });

  it('says of a former primary why it is left alone; of missing data that it is missing', async () => {
    const cluster = three({
      node1: stoppedPrimary('node1'),
      node2: primaryNode('node2'),
      node3: emptyNode('node3', { ledger: noLedger({ member: memberNote('node3', 'joined') }) }),
    });
    const former = (await handlerOf(cluster).read('x', outputsOf(cluster, 'node1'))).props.observed;
    expect(former).toMatchObject({
      database: 'stopped',
      drift: [],
      leftAlone: expect.stringContaining('before node2 took over') as string,
    });
    const missing = (await handlerOf(cluster).read('x', outputsOf(cluster, 'node3'))).props.observed;
    expect(missing).toMatchObject({ data: 'empty', drift: [{ kind: 'data', subject: 'member/data-missing' }] });
  });
});

describe('diff and check', () => {
  const cluster = three();
  const handler = handlerOf(cluster);
  const news = inputsOf(cluster, 'node2');
  const olds = outputsOf(cluster, 'node2');

  it('is quiet after a failover, and where only the peers changed', async () => {
    expect(await handler.diff('x', olds, { ...news, peers: [] })).toEqual({ changes: false });
    expect(await handler.diff('x', { ...olds, observed: { reachable: false, reason: 'off' } }, news)).toEqual({
      changes: false,
    });
  });

  it('updates for changed files and for drift', async () => {
    expect(await handler.diff('x', olds, { ...news, files: {} })).toEqual({ changes: true });
    const node = (await handler.read('x', olds)).props;
    const drift = [{ kind: 'kbha', subject: 'kbha', found: 'not running' }] as const;
    expect(
      await handler.diff('x', { ...node, observed: { ...(node.observed as object), drift } as never }, news),
    ).toEqual({ changes: true });
  });

  it.each(['incarnation', 'systemIdentifier'] as const)('replaces, old one first, for another %s', async (key) => {
    expect(await handler.diff('x', olds, { ...news, [key]: 'other' })).toEqual({
      changes: true,
      replaces: [key],
      deleteBeforeReplace: true,
    });
  });

  it('replaces for another host', async () => {
    const moved = { ...news, target: { ...news.target, host: '10.0.0.99' } };
    expect(await handler.diff('x', olds, moved)).toMatchObject({ replaces: ['target'] });
    expect(await handler.check?.(olds, moved)).toMatchObject({ failures: [] });
  });

  it.each([
    ['id', 1, 'node2: id changed from 2 to 1; ids follow the position in nodes'],
    ['data', '/other', 'node2: data changed from /kbdata/data to /other; a data directory is not moved'],
    ['wal', '/kbwal/wal', 'node2: wal changed from none to /kbwal/wal; the WAL directory of a database is not moved'],
    ['role', 'witness', 'node2: role changed from database to witness; take the node out'],
  ])('refuses in the preview another %s of a running member, which would stop it', async (key, value, message) => {
    const checked = await handler.check?.(olds, { ...news, target: { ...news.target, [key]: value } });
    expect(checked?.failures?.[0]?.reason).toContain(message);
  });

  it('names steps for another volume that are written down where it says', async () => {
    const { data, wal } = { data: '/other', wal: '/kbwal/wal' };
    const checked = await handler.check?.(olds, { ...news, target: { ...news.target, data, wal } });
    for (const { reason } of checked?.failures ?? []) {
      const [, file = '', title = ''] = /(docs\/\S+\.md), "([^"]+)"$/.exec(reason) ?? [];
      expect(readFileSync(file, 'utf8')).toContain(`\n## ${title}\n`);
    }
    expect(checked?.failures).toHaveLength(2);
  });

  it('refuses to take the WAL directory back into the data directory', async () => {
    const apart = { ...olds, target: { ...olds.target, wal: '/kbwal/wal' } };
    const checked = await handler.check?.(apart, news);
    expect(checked?.failures?.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('node2: wal changed from /kbwal/wal to none; ') as string,
    ]);
    expect(await handler.check?.(apart, { ...news, target: apart.target })).toMatchObject({ failures: [] });
  });

  it('has nothing to compare with at first', async () => {
    expect(await handler.check?.({}, news)).toEqual({ inputs: news, failures: [] });
  });
});
