// A standby is promoted beside its primary, both take writes, and resolveMultiPrimary makes them one again: how long two accepted writes, and that what
// only the second one took is in its export and nowhere else.
import { ACTION } from '../../core/render/actionFiles';
import { sql } from '../cluster';
import { onData, standbyOf, TABLE, actOn, type Drill } from './drill';

/** Numbers that the client at the virtual IP never comes to. */
const OWN = [-3, -2, -1];

export async function multiplePrimaries({ lab, step, measure, finding }: Drill): Promise<void> {
  const { primary: winner, standby: loser } = await standbyOf(lab);
  // Nothing of the second branch goes to the archive: the next primary comes to use the same names.
  await sql(lab, loser, `alter system set archive_command = 'false'; select sys_reload_conf()`);
  await onData(lab, loser, '"$bin/sys_ctl" -D "$d" promote -w >/dev/null');
  const twoSince = Date.now();
  const values = OWN.map((n) => `(${n})`).join(', ');
  await sql(lab, loser, `set synchronous_commit = local; insert into ${TABLE} (n) values ${values}`);
  step('fault');
  const words = ['resolveMultiPrimary', `winner=${winner.name}`, `loser=${loser.name}`];
  const id = `drill-resolve-${twoSince}`;
  const dry = await loser.exec([ACTION, '--dry-run', id, ...words], { anyExit: true, timeoutMs: 600_000 });
  const confirm = /confirm=[0-9a-f]{16}/.exec(dry.stdout + dry.stderr)?.[0];
  if (confirm === undefined) throw new Error(`no token in the dry run: ${dry.stderr.trim().split('\n').at(-1)}`);
  step('decided');
  const record = await actOn(loser, id, ...words, confirm);
  step('resolved');
  const fencedAt = Date.parse(record.phases?.find((phase) => phase.step === 'fence')?.endedAt ?? '');
  measure({ name: 'twoPrimariesSeconds', value: (fencedAt - twoSince) / 1000, limit: null });
  measure({ name: 'resolvedSeconds', value: record.seconds ?? NaN, limit: null });
  const left = await sql(lab, winner, `select n from ${TABLE} where n < 0`);
  if (left.length > 0) finding(`${left.length} rows of the loser's branch are on ${winner.name}`);
  const exported = Number(record.result?.['exportBytes'] ?? 0);
  if (!(exported > 0)) finding('nothing of what the loser wrote was exported');
}
