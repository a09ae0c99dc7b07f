// What a restore in place has to leave behind: rows up to the moment and none after it on every node, one new timeline with a full backup on it, no
// setting of the recovery, the old data aside.
import { expect } from 'vitest';
import { sql } from '../../../lab/cluster';
import { Writer } from '../../../lab/history/writer';
import type { Lab } from '../../../lab/lab';
import { observeLab } from '../../../lab/status';
import { catalogueOf } from './backups';
import { primaryOf } from './failover';
import { waitForReplay } from './health';
import { databaseNodes } from './restores';
import { endpointOf } from './writeLoad';

/** A verdict about fewer acknowledged writes says little. */
const ENOUGH = 50;
const PATIENCE_MS = 120_000;

export interface Journal {
  readonly writer: Writer;
  /** Milliseconds since 1970, by the clock that all nodes share: what is restored to. */
  readonly moment: number;
  /** From then on nothing is acknowledged until the table is there again. */
  readonly droppedAt: number;
  /** Where the table is; default: the maintenance database. */
  readonly database?: string;
}

export interface JournalPlace {
  readonly table: string;
  /** A database of its own, which is there. */
  readonly database: string;
}

/** Writes through the endpoint before a moment and after it, then the accident; the writer goes on, as applications do. */
export async function journalUntilDropped(
  lab: Lab,
  place: string | JournalPlace,
  accident: () => Promise<unknown>,
): Promise<Journal> {
  const { table, ...where } = typeof place === 'string' ? { table: place } : place;
  const writer = new Writer({ ...(await endpointOf(lab)), ...where }, { table });
  await writer.prepare();
  writer.start();
  try {
    expect(await writer.ackedCount(ENOUGH, PATIENCE_MS), 'writes before the moment').toBeGreaterThanOrEqual(ENOUGH);
    const moment = Date.now();
    expect(await writer.firstAckAfter(moment + 500, PATIENCE_MS), 'a write after the moment').toBeDefined();
    await accident();
    return { writer, moment, droppedAt: Date.now(), ...where };
  } catch (error) {
    await writer.stop();
    throw error;
  }
}

/** The target of that moment, on a clock eight hours ahead: a zone that is ignored would be seen. */
export function targetOf({ moment }: Journal): string {
  return `target=time=${new Date(moment + 8 * 3_600_000).toISOString().replace('Z', '+08:00')}`;
}

/**
 * On every node: what was acknowledged before the moment, or by the restored cluster, is there; what was sent between the moment and the accident is
 * not. Waits for one write that the restored cluster acknowledges, and ends the writer.
 */
export async function expectJournal(lab: Lab, { writer, moment, droppedAt, database }: Journal): Promise<void> {
  expect(await writer.firstAckAfter(Date.now(), PATIENCE_MS), 'a write to the restored cluster').toBeDefined();
  await writer.stop();
  const members = (await databaseNodes(lab)).map(({ name }) => lab.node(name));
  const primary = await primaryOf(lab);
  await waitForReplay(
    lab,
    primary,
    members.filter(({ name }) => name !== primary.name),
  );
  const must = writer.acked.filter(({ ackedAt = 0, sentAt }) => ackedAt < moment || sentAt > droppedAt);
  const never = writer.attempts.filter(({ sentAt }) => sentAt > moment && sentAt < droppedAt);
  expect(must.length).toBeGreaterThan(ENOUGH);
  expect(never.length).toBeGreaterThan(0);
  for (const node of members) {
    const rows = new Set((await sql(lab, node, `select n from ${writer.table}`, database)).map(Number));
    expect({
      node: node.name,
      missing: must.map(({ n }) => n).filter((n) => !rows.has(n)),
      extra: never.map(({ n }) => n).filter((n) => rows.has(n)),
    }).toEqual({ node: node.name, missing: [], extra: [] });
  }
}

export async function timelineOf(lab: Lab): Promise<number> {
  const { nodes, primary } = await observeLab(lab);
  return nodes.find(({ name }) => name === primary)?.timeline ?? NaN;
}

/** All on one timeline after `before`, and the newest backup is a full one made on it. */
export async function expectNewTimeline(lab: Lab, before: number): Promise<void> {
  const { nodes, primary } = await observeLab(lab);
  const members = nodes.filter(({ role }) => role === 'primary' || role === 'standby');
  const timelines = [...new Set(members.map(({ timeline }) => timeline))];
  expect(timelines, JSON.stringify(members)).toHaveLength(1);
  expect(timelines[0]).toBeGreaterThan(before);
  expect(primary).not.toBeNull();
  const last = (await catalogueOf(lab)).backup.at(-1);
  expect({ type: last?.type, timeline: parseInt((last?.archive.start ?? '').slice(0, 8), 16) }).toEqual({
    type: 'full',
    timeline: timelines[0],
  });
}

/** Neither in a file nor in what the server read. */
export async function expectNoRecoverySettings(lab: Lab): Promise<void> {
  for (const { name, data } of await databaseNodes(lab)) {
    const { stdout } = await lab
      .node(name)
      .script(`grep -nE '^ *(restore_command|recovery_)' '${data}'/*.auto.conf; ls '${data}' | grep recovery.signal`, {
        anyExit: true,
      });
    expect(`${name}: ${stdout}`).toBe(`${name}: `);
    const settings = await sql(
      lab,
      lab.node(name),
      "select name, setting from sys_settings where name ~ '^(restore_command|recovery_target)' and setting <> boot_val",
    );
    expect(settings, name).toEqual([]);
  }
}

/** The old data is looked at and removed, as an operator does in the end. */
export async function expectOldDataAside(lab: Lab, id: string): Promise<void> {
  for (const { name, data } of await databaseNodes(lab)) {
    const { stdout } = await lab
      .node(name)
      .script(`ls -d '${data}'.before-*; rm -rf --one-file-system '${data}'.before-*`, { anyExit: true });
    expect(`${name}: ${stdout.trim()}`).toBe(`${name}: ${data}.before-${id}`);
  }
}
