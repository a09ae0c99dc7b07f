// A fault in a lab, diagnosed by the product's own command and cured by the steps that it prints.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { BackupDiagnosis, CureStep } from '../../../core/backup/diagnosis/types';
import type { ClusterDiagnosis } from '../../../core/recovery/types';
import { applyFault, undoFault } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { findLeader } from '../../../lab/machines/cgroup';
import { projectRoot } from '../../../lab/projectRoot';
import { poll, run } from '../../../lab/run';
import { engineEnv } from '../../../lab/stack/deploy';
import { stackFiles, type ClusterConfig } from '../../../lab/stack/stackFile';
import { errorsOf, runProgram } from './program';
import { changeCluster } from './stackConfig';

export interface DiagnosedFaultCase {
  readonly fault: string;
  readonly node?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Recognised first. */
  readonly id: string;
  /** Recognised after it. */
  readonly also?: readonly string[];
  /** Declared and in effect before it; as before once it is cured. */
  readonly declare?: (cluster: ClusterConfig) => ClusterConfig;
  /** Anything that happens because of it, before the diagnosis. */
  readonly then?: (lab: Lab) => Promise<unknown>;
  /** What somebody's command prints because of it: given to the diagnosis. */
  readonly printed?: (lab: Lab) => Promise<string>;
  /**
   * commands: what is printed is all that is done, `pulumi up --refresh` where it says so.
   * hand: it also asks for what only people can do (a power switch, a memory bar): then that is the undo of the fault, before the commands.
   */
  readonly cure: 'commands' | 'hand';
  /** What the cure leaves of its own in the cluster, taken away for the next scenario. */
  readonly tidy?: (lab: Lab) => Promise<unknown>;
}

export interface Diagnosed {
  readonly code: number;
  readonly diagnosis: BackupDiagnosis;
}

const HEALTHY: Diagnosed = { code: 0, diagnosis: { healthy: true, faults: [], unknown: [], unread: [] } };
/** The archiver tries again once a minute, and once more where the machine is busy. */
const HEALTHY_MS = 240_000;

export function diagnose(lab: Lab, textFile?: string): Diagnosed {
  const { config } = stackFiles(lab.name);
  const entry = join(projectRoot(), 'dist/scripts/diagnose.js');
  const words = ['backup', '--config-file', config, '--json', ...(textFile === undefined ? [] : ['--text', textFile])];
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...words], {
    env: engineEnv(lab.name),
    encoding: 'utf8',
    timeout: 400_000,
  });
  if (status === null || status > 1) throw new Error(`diagnose: exit ${status}\n${stdout}\n${stderr}`);
  return { code: status, diagnosis: JSON.parse(stdout) as BackupDiagnosis };
}

/** `npm run diagnose` of the cluster, as its user calls it. */
export function diagnoseTheCluster(lab: Lab): { readonly code: number; readonly diagnosis: ClusterDiagnosis } {
  const { config } = stackFiles(lab.name);
  const entry = join(projectRoot(), 'dist/scripts/diagnose.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, '--config-file', config, '--json'], {
    env: engineEnv(lab.name),
    encoding: 'utf8',
    timeout: 150_000,
  });
  if (status === null || !stdout.startsWith('{')) throw new Error(`diagnose: exit ${status}\n${stdout}\n${stderr}`);
  return { code: status, diagnosis: JSON.parse(stdout) as ClusterDiagnosis };
}

/** Applied, recognised as the first of all, cured as it is printed, healthy again. The undo afterwards only tidies up the lab. */
export async function recognisedAndCured(lab: Lab, fault: DiagnosedFaultCase): Promise<void> {
  const { declare } = fault;
  if (declare === undefined) return faultCured(lab, fault);
  const restore = changeCluster(lab, declare);
  try {
    await upWell(lab);
    await faultCured(lab, fault);
  } finally {
    restore();
    await upWell(lab);
  }
}

async function faultCured(lab: Lab, fault: DiagnosedFaultCase): Promise<void> {
  await applyFault(lab, fault.fault, fault.node, fault.options);
  try {
    await fault.then?.(lab);
    const { code, diagnosis } = diagnoseWith(lab, await fault.printed?.(lab));
    const [first, ...others] = diagnosis.faults;
    expect({ code, first: first?.id, seen: first?.evidence }).toMatchObject({ code: 1, first: fault.id });
    expect(others.map(({ id }) => id)).toEqual(expect.arrayContaining([...(fault.also ?? [])]));
    if (fault.cure === 'hand') await undoFault(lab, fault.fault, fault.node);
    await follow(lab, first?.cure ?? []);
    expect(await healthyAgain(lab)).toEqual(HEALTHY);
  } finally {
    await undoFault(lab, fault.fault, fault.node).catch(() => undefined);
    await fault.tidy?.(lab);
  }
}

async function upWell(lab: Lab): Promise<void> {
  const run = await runProgram(lab, 'up', ['--refresh']);
  expect({ ok: run.ok, errors: errorsOf(run) }).toEqual({ ok: true, errors: '' });
}

/** A text that no fault names is an error of the test: it must have been printed. */
function diagnoseWith(lab: Lab, text: string | undefined): Diagnosed {
  if (text === undefined) return diagnose(lab);
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-printed-'));
  try {
    const file = join(folder, 'printed.log');
    writeFileSync(file, text);
    const said = diagnose(lab, file);
    expect(said.diagnosis.unknown, text).toEqual([]);
    return said;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last answer, where it never is. */
async function healthyAgain(lab: Lab): Promise<Diagnosed> {
  let last = diagnose(lab);
  await poll(
    () => {
      if (!last.diagnosis.healthy) last = diagnose(lab);
      return Promise.resolve(last.diagnosis.healthy ? true : undefined);
    },
    HEALTHY_MS,
    2_000,
  );
  return last;
}

/** In the order in which they stand. */
async function follow(lab: Lab, cure: readonly CureStep[]): Promise<void> {
  for (const step of cure) {
    if (step.command !== undefined) {
      await onNode(lab, step.on ?? '', step.command, step.text);
    } else if (step.text.includes('pulumi up --refresh')) {
      await upWell(lab);
    }
  }
}

/** A lab's node may not write /proc/sys itself: the same line is then run from outside, in its IPC namespace. */
async function onNode(lab: Lab, name: string, command: string, label: string): Promise<void> {
  if (!command.includes('>/proc/sys/kernel/')) {
    await lab.node(name).script(command, { label, timeoutMs: 200_000 });
    return;
  }
  const leader = findLeader(lab.name, name);
  await run('nsenter', ['--target', String(leader), '--ipc', 'sh', '-c', command], { label });
}
