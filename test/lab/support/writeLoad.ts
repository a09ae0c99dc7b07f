// A client that writes through the read-write endpoint while something is done to the cluster, and the verdict afterwards:
// no acknowledged write is missing on any node, and nodes agree with one another.
import { expect } from 'vitest';
import { sql } from '../../../lab/cluster';
import { judge, type Verdict } from '../../../lab/history/judge';
import { endpointOf } from '../../../lab/history/endpoint';
import { Writer, type WriterOptions } from '../../../lab/history/writer';
import type { Lab } from '../../../lab/lab';
import { observeLab } from '../../../lab/status';
import { waitForReplay } from './health';

export interface LoadReport extends Verdict {
  readonly failed: number;
  /** Longest time between two acknowledgements. */
  readonly longestGapSeconds: number;
  /** Addresses of the nodes that took writes, in order. */
  readonly servers: readonly string[];
}

export { endpointOf };

/** A verdict about fewer acknowledged writes says little. */
const ENOUGH = 50;
/** What is waited for comes within a second or two; a busy machine takes its time. */
const PATIENCE_MS = 120_000;

/**
 * Writes while `work` runs; at least one write is acknowledged before it begins and one after it ended. Where the work was short or the
 * machine slow, writing goes on until there are enough writes to judge.
 */
export async function underWriteLoad<T>(
  lab: Lab,
  table: string,
  work: (writer: Writer) => Promise<T>,
  options: WriterOptions = {},
): Promise<{ readonly result: T; readonly load: LoadReport }> {
  const writer = new Writer(await endpointOf(lab), { ...options, table });
  await writer.prepare();
  writer.start();
  try {
    expect(await writer.firstAckAfter(0, PATIENCE_MS), 'a write before anything is done').toBeDefined();
    const result = await work(writer);
    expect(await writer.firstAckAfter(Date.now(), PATIENCE_MS), 'a write after all is done').toBeDefined();
    await writer.ackedCount(ENOUGH, PATIENCE_MS);
    await writer.stop();
    return { result, load: await verdictOf(lab, writer) };
  } finally {
    await writer.stop();
  }
}

export async function verdictOf(lab: Lab, writer: Writer): Promise<LoadReport> {
  const report = await observeLab(lab);
  const members = report.nodes.filter((node) => node.role === 'primary' || node.role === 'standby');
  const nodes = members.map((node) => lab.node(node.name));
  const primary = lab.node(report.primary ?? '');
  await waitForReplay(
    lab,
    primary,
    nodes.filter((node) => node.name !== primary.name),
  );
  const rows: Record<string, readonly number[]> = {};
  for (const node of nodes) rows[node.name] = (await sql(lab, node, `select n from ${writer.table}`)).map(Number);
  const { attempts } = writer;
  const acks = attempts.flatMap(({ ackedAt }) => (ackedAt === undefined ? [] : [ackedAt]));
  const gaps = acks.slice(1).map((ack, index) => ack - (acks[index] ?? ack));
  return {
    ...judge(attempts, rows),
    failed: attempts.length - acks.length,
    longestGapSeconds: Math.max(0, ...gaps) / 1000,
    servers: attempts.flatMap(({ server }, index) =>
      server === undefined || server === attempts.slice(0, index).findLast((each) => each.server)?.server
        ? []
        : [server],
    ),
  };
}

export function expectNothingLost(load: LoadReport): void {
  expect({ lost: load.lost, disagreement: load.disagreement }).toEqual({ lost: {}, disagreement: [] });
  expect(load.acknowledged).toBeGreaterThanOrEqual(ENOUGH);
}

export async function dropTable(lab: Lab, table: string): Promise<void> {
  const { primary } = await observeLab(lab);
  await sql(lab, lab.node(primary ?? ''), `drop table if exists ${table}`);
}
