// Restores of a lab's cluster as an operator asks for them: action.sh on the node, first dry, then with the token that it printed.
import { expect } from 'vitest';
import { parseActionRecord, type ActionRecord } from '../../../core/action/record';
import { ACTION } from '../../../core/render/actionFiles';
import type { Lab, LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { sql } from '../../../lab/cluster';
import { observeLab } from '../../../lab/status';
import { readClusterSpec } from '../../../lab/stack/clusterSpec';
import { expectSameData } from './health';
import { dropTable } from './writeLoad';
import { planCluster } from '../../../core/topology/planCluster';

export interface Asked {
  readonly code: number;
  readonly said: string;
  readonly record: ActionRecord | undefined;
}

const KIND = 'restoreToPoint';
const LIMIT_MS = 600_000;

/** Runs it to its end, or attaches to it. */
export async function askRestore(node: LabNode, id: string, ...inputs: readonly string[]): Promise<Asked> {
  const done = await node.exec([ACTION, id, KIND, ...inputs], { anyExit: true, timeoutMs: LIMIT_MS });
  return { code: done.code, said: done.stderr, record: parseActionRecord(done.stdout) };
}

/** The dry run's token; fails with what the dry run said. */
export async function tokenOf(node: LabNode, id: string, ...inputs: readonly string[]): Promise<string> {
  const { stdout, stderr } = await node.exec([ACTION, '--dry-run', id, KIND, ...inputs], {
    anyExit: true,
    timeoutMs: LIMIT_MS,
  });
  const token = /CONFIRM: (\w+)/.exec(stdout + stderr)?.[1];
  expect(token, stdout + stderr).toBeDefined();
  return token ?? '';
}

/** Dry, then for real. */
export async function restore(node: LabNode, id: string, ...inputs: readonly string[]): Promise<ActionRecord> {
  return expectRestored(await askRestore(node, id, ...inputs, `confirm=${await tokenOf(node, id, ...inputs)}`));
}

export function expectRestored({ code, said, record }: Asked): ActionRecord {
  expect({ code, state: record?.state }, said).toEqual({ code: 0, state: 'succeeded' });
  return record as ActionRecord;
}

/** Every step of a restore in place, in their order. */
export const STEPS = [
  ...['archiveRest', 'freeze', 'stop', 'evidence', 'setAside', 'restore', 'settings', 'replay', 'verify'],
  ...['promote', 'open', 'standbys', 'backup', 'resume'],
] as const;

/** Starts it, and kills the unit with all its processes that long after it entered the step; where it stands then. */
export async function killRestoreAt(
  node: LabNode,
  id: string,
  inputs: readonly string[],
  step: string,
  milliseconds: number,
): Promise<string> {
  await node.exec([ACTION, '--poll', '-1', id, KIND, ...inputs], { anyExit: true, timeoutMs: LIMIT_MS });
  await awaitStep(node, id, step);
  await node.script(
    `sleep ${milliseconds / 1000}; systemctl kill -s KILL kb-${id}.service || true
     while systemctl is-active --quiet kb-${id}.service; do sleep 0.1; done`,
    { timeoutMs: LIMIT_MS },
  );
  const { stdout } = await node.exec([ACTION, '--status', id]);
  const { state, step: at } = JSON.parse(stdout) as { readonly state: string; readonly step: string | null };
  expect(state, stdout).toBe('interrupted');
  return at ?? 'no step';
}

/** Looked at on the node itself, because a step may be short; fails where the unit ended before. */
export async function awaitStep(node: LabNode, id: string, step: string): Promise<void> {
  const { stdout } = await node.script(
    `for tries in $(seq 600); do ledger=$(ls -d /var/lib/pulumi-kingbase/*/actions/${id} 2>/dev/null) && [ -e "$ledger/state" ] && break; sleep 0.1; done
     until [ "$(cat "$ledger/step" 2>/dev/null)" = ${step} ] || grep -q '^${step} ' "$ledger/steps" 2>/dev/null; do
       case $(cat "$ledger/state") in running) sleep 0.05 ;; *) tail -n 20 "$ledger/progress.log"; break ;; esac
     done`,
    { timeoutMs: LIMIT_MS },
  );
  expect(stdout, `request ${id} ended before its step ${step}`).toBe('');
}

/** Those that were verified, in their order. */
export async function restoreSteps(node: LabNode, id: string): Promise<readonly string[]> {
  const { stdout } = await node.script(`cut -d' ' -f1 /var/lib/pulumi-kingbase/*/actions/${id}/steps`);
  return stdout.trim().split('\n');
}

const WATCHED = 'restore_watched';
export type Watch = Readonly<Record<string, string>>;

/**
 * What must not change where a restore is refused, on every node. By their sums: the configuration and a table that nobody writes. By their inodes: the
 * catalogues of every database, because the server itself writes to those at any time. Then the server, its timeline, and what lies beside the data.
 */
export async function setWatch(lab: Lab): Promise<Watch> {
  const node = lab.node((await databaseNodes(lab))[0]?.name ?? '');
  await sql(
    lab,
    node,
    `drop table if exists ${WATCHED}; create table ${WATCHED} with (autovacuum_enabled = off) as select n, md5(n::text) from generate_series(1, 5000) n`,
  );
  // Frozen and visible to all, also to the standbys: from then on a reader leaves no hints in it.
  const frozen = `vacuum (freeze) ${WATCHED}; select relallvisible = relpages from pg_class where relname = '${WATCHED}'`;
  expect(await poll(async () => ((await sql(lab, node, frozen)).at(-1) === 't' ? true : undefined), 60_000, 500)).toBe(
    true,
  );
  await sql(lab, node, 'checkpoint');
  await expectSameData(lab, await observeLab(lab));
  return watched(lab);
}

export async function expectUntouched(lab: Lab, watch: Watch): Promise<void> {
  expect(await watched(lab)).toEqual(watch);
}

export async function endWatch(lab: Lab): Promise<void> {
  await dropTable(lab, WATCHED);
}

async function watched(lab: Lab): Promise<Watch> {
  const members = await databaseNodes(lab);
  const seen = await Promise.all(
    members.map(async ({ name, data }) => {
      const node = lab.node(name);
      const [path] = await sql(lab, node, `checkpoint; select pg_relation_filepath('${WATCHED}')`);
      const { stdout } = await node.script(
        `cd '${data}' && sha256sum '${path}' *.conf && head -n 3 postmaster.pid && ls -d '${data}'*
         find base global -type f -regex '.*/[0-9][0-9]?[0-9]?[0-9]?' -size +0 -printf '%i %p\n' | sort | sha256sum`,
        { timeoutMs: 120_000 },
      );
      const [role] = await sql(lab, node, 'select sys_is_in_recovery(), timeline_id from pg_control_checkpoint()');
      return [name, `${stdout}${role}`] as const;
    }),
  );
  return Object.fromEntries(seen);
}

export async function databaseNodes(lab: Lab): Promise<readonly { readonly name: string; readonly data: string }[]> {
  const { nodes } = planCluster(await readClusterSpec(lab.manifest()));
  return nodes.filter(({ role }) => role === 'database').map(({ name, paths }) => ({ name, data: paths.data }));
}
