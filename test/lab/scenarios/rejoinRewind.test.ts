// Proves: a primary that was killed with writes which nobody else has, and was replaced, is rewound by `rejoin` and streams within 60 s of the action's
// start; what it discards is said before, and refused where the record allows no rewind; evidence and its WAL are kept; every node has the same rows. A
// rewind whose sys_rewind and then whose unit is killed half-way leaves nothing that automatic recovery starts; the same id goes on and succeeds.
// Does not prove: anything about a rewind of more than some tens of MiB.
// Seen to fail: the second, with the history files left out of what a rewind that was cut off gets back ("could not find common ancestor").
import { afterEach, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault, undoFault } from '../../../lab/faults';
import { findDaemon } from '../../../lab/faults/processes';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { act, actionsFolder, expectRefused, expectSucceeded, requestId } from '../support/actions';
import { describeLab } from '../support/describeLab';
import { measured, primaryOf } from '../support/failover';
import { digestOfData, evidenceOf, holdRecovery, losePrimary, onData } from '../support/formerPrimary';
import { expectHealthy } from '../support/health';
import { useSharedLab } from '../support/sharedLab';
import { dropTable } from '../support/writeLoad';

const STREAMING_SECONDS = 60;
/** The primary's repmgrd looks every second, and kbha every two. */
const LEFT_ALONE_MS = 8_000;
const LIMIT = { timeout: 300_000 };

describeLab('a former primary that holds writes of its own', () => {
  const scene = useSharedLab();
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  it('is rewound, streams within 60 s, and holds what the others hold', LIMIT, async () => {
    const { lab } = scene;
    undo.push(await holdRecovery(lab));
    const { old, now } = await lose(lab, 'rejoined');
    const before = await digestOfData(lab, old);
    const dry = await act(lab, old.name, '--dry-run', requestId('dry'), 'rejoin');
    expect(dry.code, dry.said).toBe(0);
    expect(dry.said).toMatch(/consequence: what this node wrote after \S+ on timeline \d+ is DISCARDED/);
    expectRefused(await act(lab, old.name, requestId('follow'), 'rejoin', 'maxRung=follow'), 'rejoin/needs-rewind');
    expect(await digestOfData(lab, old)).toBe(before);

    const id = requestId('rewound');
    const done = await act(lab, old.name, id, 'rejoin', `node=${old.name}`);
    expect(expectSucceeded(done)).toMatchObject({ rung: 'rewind', primary: now.name });
    const seconds = secondsUntilStreaming(done.record);
    measured(`rejoin by rewind: streaming after ${seconds.toFixed(1)} s, ${done.record?.seconds} s in all`);
    expect(seconds).toBeLessThan(STREAMING_SECONDS);
    const kept = await evidenceOf(lab, old, id);
    expect(kept).toEqual(expect.arrayContaining(['./controldata.txt', './data/pg_control', './manifest.json']));
    expect(kept.filter((name) => /^\.\/wal\/[0-9A-F]{24}$/.test(name)).length).toBeGreaterThan(0);
    await expectHealthy(lab, { primary: now.name });
    expect(await sql(lab, old, 'select n from rejoined order by n')).toEqual(['1', '3']);

    const again = await act(lab, old.name, id, 'rejoin', `node=${old.name}`);
    expect(again.record).toEqual(done.record);
    expectRefused(await act(lab, old.name, id, 'rejoin', `node=${old.name}`, 'maxRung=start'), 'action/changed');
    await dropTable(lab, 'rejoined');
  });

  it('is never started half-rewound, and the same id goes on', LIMIT, async () => {
    const { lab } = scene;
    const release = await holdRecovery(lab);
    undo.push(release);
    const { old, now } = await lose(lab, 'cut_off');
    // What is to be copied takes a while.
    await applyFault(lab, 'slow-network', old.name, { rate: '60mbit' });
    undo.push(() => undoFault(lab, 'slow-network', old.name));
    const id = requestId('cut-off');
    const begun = await act(lab, old.name, '--poll', '-1', id, 'rejoin');
    expect(begun.code, begun.said).toBe(4);
    await halfWay(lab, old, id);
    await old.script('kill -KILL $(pgrep -u kingbase -x "sys_rewind|pg_rewind")', { label: 'kill sys_rewind' });
    await told(lab, old, id, 'sys_rewind was ended by signal 9');
    await halfWay(lab, old, id);
    await old.exec(['systemctl', 'kill', '--signal=KILL', `kb-${id}.service`]);

    expect(await onData(lab, old.name, 'ls -d "$d" "$d.rewinding" 2>/dev/null || true')).toMatch(/^\S+\.rewinding$/);
    expect((await act(lab, old.name, '--status', id)).record?.state).toBe('interrupted');
    await release();
    const started = await poll(async () => findDaemon(lab, old, 'database'), LEFT_ALONE_MS, 250);
    expect(started, 'a database on half of a rewind').toBeUndefined();

    await undoFault(lab, 'slow-network', old.name);
    const done = await act(lab, old.name, id, 'rejoin');
    expect(expectSucceeded(done)).toMatchObject({ rung: 'rewind', primary: now.name });
    expect(done.said).toContain('its WAL and control data are put back, and it begins again');
    await expectHealthy(lab, { primary: now.name });
    expect(await sql(lab, old, 'select n from cut_off order by n')).toEqual(['1', '3']);
    await dropTable(lab, 'cut_off');
  });
});

/** Rows: 1 is everybody's, 2 only the old primary's, 3 the new one's. */
async function lose(lab: Lab, table: string): Promise<{ readonly old: LabNode; readonly now: LabNode }> {
  const old = await primaryOf(lab);
  await sql(lab, old, `create table ${table} (n int, t text); insert into ${table} values (1)`);
  const now = await losePrimary(
    lab,
    old,
    `insert into ${table} values (2); insert into ${table} select 2, repeat('x', 500) from generate_series(1, 2000)`,
  );
  await sql(lab, now, `insert into ${table} values (3)`);
  return { old, now };
}

function secondsUntilStreaming(record: Awaited<ReturnType<typeof act>>['record']): number {
  const { streamingAt } = (record?.result ?? {}) as { readonly streamingAt?: string };
  return (Date.parse(streamingAt ?? '') - Date.parse(record?.startedAt ?? '')) / 1000;
}

/** sys_rewind has copied something, and not all. */
async function halfWay(lab: Lab, node: LabNode, id: string): Promise<void> {
  const script = `tr '\\r' '\\n' <${actionsFolder(lab)}/${id}/rewind.log 2>/dev/null | grep -E '\\(([1-9]|[1-8][0-9])%\\) copied' || true`;
  const seen = await poll(
    async () => ((await node.script(script, { label: 'progress of the rewind' })).stdout === '' ? undefined : true),
    120_000,
    200,
  );
  expect(seen, 'a rewind that is half done').toBe(true);
}

async function told(lab: Lab, node: LabNode, id: string, words: string): Promise<void> {
  const script = `grep -F '${words}' ${actionsFolder(lab)}/${id}/progress.log || true`;
  const seen = await poll(
    async () => ((await node.script(script, { label: 'what was told' })).stdout === '' ? undefined : true),
    60_000,
    200,
  );
  expect(seen, words).toBe(true);
}
