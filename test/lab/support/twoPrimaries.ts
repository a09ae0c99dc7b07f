// Two nodes that accept writes, and the action that ends it: as an operator calls it on the node that gives way, first dry, then with the token.
import { expect } from 'vitest';
import type { ActionRecord } from '../../../core/action/record';
import { sql } from '../../../lab/cluster';
import { quote } from '../../../lab/faults/processes';
import type { Lab, LabNode } from '../../../lab/lab';
import { act, actionsFolder, expectSucceeded, requestId } from './actions';
import { expectLagGone } from './backups';
import { repositoryOf } from './drills';
import { primaryOf } from './failover';
import { DATABASES } from './formerPrimary';
import type { LocalAck } from './isolatedWriter';

export interface Pair {
  readonly winner: LabNode;
  readonly loser: LabNode;
}

const KIND = 'resolveMultiPrimary';

export function resolveWords({ winner, loser }: Pair, ...more: readonly string[]): readonly string[] {
  return [KIND, `winner=${winner.name}`, `loser=${loser.name}`, ...more];
}

/** The token of a dry run, as `confirm=…`; both branches have to be told with it. */
export async function confirmOf(lab: Lab, pair: Pair, ...more: readonly string[]): Promise<string> {
  const dry = await act(lab, pair.loser.name, '--dry-run', requestId('dry'), ...resolveWords(pair, ...more));
  for (const { name } of [pair.winner, pair.loser]) {
    expect(dry.said).toMatch(
      new RegExp(`fact: ${name} wrote [1-9]\\d* transactions, [1-9]\\d* bytes of WAL after the fork`),
    );
  }
  const token = /confirm=([0-9a-f]{16})/.exec(dry.said)?.[0];
  expect(token, dry.said).toBeDefined();
  return token ?? '';
}

export interface Resolved {
  readonly record: ActionRecord;
  readonly said: string;
}

export async function resolve(lab: Lab, pair: Pair, id: string, ...more: readonly string[]): Promise<Resolved> {
  const done = await act(lab, pair.loser.name, id, ...resolveWords(pair, ...more));
  expectSucceeded(done);
  return { record: done.record as ActionRecord, said: done.said };
}

/** Milliseconds since the epoch at which a step of the record ended. */
export function endOf(record: ActionRecord, step: string): number {
  const { endedAt } = record.phases?.find((phase) => phase.step === step) ?? {};
  expect(endedAt, `step ${step}`).toBeDefined();
  return Date.parse(endedAt ?? '');
}

/**
 * What the loser acknowledged and the winner never had: each such row is in the exported dump, is on no node, and none was acknowledged after the
 * fence stood. The export holds against its own checksums, with the loser's WAL as it was and as text.
 */
export async function expectOnlyExported(
  lab: Lab,
  {
    pair,
    id,
    record,
    table,
    acked,
  }: {
    readonly pair: Pair;
    readonly id: string;
    readonly record: ActionRecord;
    readonly table: string;
    readonly acked: readonly LocalAck[];
  },
): Promise<number> {
  const kept = new Set((await sql(lab, pair.winner, `select n from ${table}`)).map(Number));
  const own = acked.filter(({ n }) => !kept.has(n));
  expect(own.length, 'writes that only the loser acknowledged').toBeGreaterThan(0);
  expect(own.filter(({ at }) => at > endOf(record, 'fence'))).toEqual([]);
  const dumped = await dumpedRows(lab, pair.loser, id, table);
  expect(own.filter(({ n }) => !dumped.has(n))).toEqual([]);
  for (const name of DATABASES) {
    const rows = new Set((await sql(lab, lab.node(name), `select n from ${table}`)).map(Number));
    expect({ name, own: own.filter(({ n }) => rows.has(n)) }).toEqual({ name, own: [] });
  }
  return own.length;
}

/** The rows of that table in the dump that the action left. */
async function dumpedRows(lab: Lab, loser: LabNode, id: string, table: string): Promise<ReadonlySet<number>> {
  const { stdout } = await loser.script(
    `cd ${quote(`${actionsFolder(lab)}/${id}/export`)}
sha256sum --quiet -c SHA256SUMS
[ -n "$(find wal -type f -name '????????????????????????')" ]
zcat wal.txt.gz | grep -c 'desc: COMMIT' >/dev/null
grep -c COMMIT transactions.txt >/dev/null
tar -tzf winner/evidence.tar.gz | grep -c controldata.txt >/dev/null
for dump in databases/*.dump; do
  cd /; runuser -u kingbase -- ${quote(`${lab.manifest().prefix}/bin/sys_restore`)} -a -t ${table} -f - <"$OLDPWD/$dump"; cd "$OLDPWD"
done`,
    { label: 'the export of the loser' },
  );
  return new Set(
    stdout
      .split('\n')
      .filter((line) => /^\d+$/.test(line))
      .map(Number),
  );
}

/** What docs/leading.md tells an operator to do with the loser's WAL in the archive, whose names the next primary comes to use. */
export async function moveAsideArchived(lab: Lab, loser: LabNode, id: string): Promise<void> {
  const { stdout } = await loser.script(`cat ${quote(`${actionsFolder(lab)}/${id}/export/archived.txt`)}`);
  const names = stdout.split('\n').filter((name) => name !== '');
  expect(names).toEqual(
    expect.arrayContaining([expect.stringMatching(/\.history$/), expect.stringMatching(/^[0-9A-F]{24}$/)]),
  );
  const { node, target } = await repositoryOf(lab);
  await node.script(
    `cd "$(sed -n 's/^repo1-path=//p' ${quote(target.conf)} | head -n 1)/archive/"${quote(target.stanza)}
mkdir -p /kbrepo/given-up
while read -r name; do
  find . -type f \\( -name "$name" -o -name "$name-*" \\) -exec mv -t /kbrepo/given-up {} +
done <<'NAMES'
${names.join('\n')}
NAMES`,
    { as: 'kingbase', label: 'move aside what the loser archived' },
  );
}

/** The next primary takes the number of the timeline that was given up, and its WAL is archived. */
export async function expectArchivesOnNextTimeline(lab: Lab): Promise<void> {
  const old = await primaryOf(lab);
  const to = DATABASES.find((name) => name !== old.name) ?? '';
  const done = expectSucceeded(await act(lab, to, requestId('next'), 'switchover', `to=${to}`));
  expect(done).toMatchObject({ from: old.name, to });
  await sql(lab, lab.node(to), 'select txid_current(); select sys_switch_wal()');
  await expectLagGone(lab);
}
