// What each command of the lab does.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../core/finding';
import { addNode, listLabs, machinesDown, removeNode, requireRoot } from './create';
import { dialectText, readDialect } from './dialect';
import { applyFault, undoAll, undoFault } from './faults/index';
import type { FormName } from './forms';
import { openLab } from './lab';
import { findNode, requireManifest } from './manifest';
import { faultList, machinesText, upText } from './output';
import { labPaths } from './paths';
import { createProgress } from './progress';
import { projectRoot } from './projectRoot';
import { dropFleet, restoreFleet, saveFleet } from './snapshot';
import { stackFiles } from './stack/stackFile';
import { observeLab, statusJson, statusTable } from './status';
import { labUp } from './up';

interface Named {
  readonly name: string;
}

export async function up(
  options: Named & { subnet?: string; form?: FormName; media?: string; deploy: boolean; json?: boolean },
): Promise<void> {
  const progress = createProgress();
  const { lab, report, outputs } = await labUp({ ...options, progress });
  if (report === undefined) {
    progress.say(`the machines of lab "${lab.name}" are up; nothing is deployed on them`);
    return;
  }
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(statusJson(report), undefined, 2)}\n`
      : upText(lab.manifest(), report, outputs),
  );
  if (report.healthy) return progress.say('the cluster is healthy');
  throw new KingbaseError({
    code: 'lab/not-healthy',
    path: lab.name,
    message: `the cluster is not healthy: ${report.reasons.join('; ')}`,
    hint: 'See npm run lab:status; the same command again goes on where it stopped.',
  });
}

export async function down(options: Named & { dropCache?: boolean }): Promise<void> {
  const progress = createProgress();
  await progress.step(`taking lab "${options.name}" down`, () => machinesDown(options.name, options));
  const others = listLabs();
  progress.say(others.length === 0 ? 'no lab is left on this machine' : `still there: ${others.join(', ')}`);
}

export async function status(options: Named & { json?: boolean }): Promise<void> {
  const lab = openLab(options.name);
  const deployed = existsSync(stackFiles(options.name).config);
  if (!deployed) requireDeployed(options.name);
  const report = await observeLab(lab);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(statusJson(report), undefined, 2)}\n`);
    return;
  }
  const running = lab.nodes().filter((node) => node.isRunning());
  process.stdout.write(
    `${statusTable(report)}\n${machinesText(
      lab.manifest(),
      running.map((node) => node.name),
    )}`,
  );
}

function requireDeployed(name: string): never {
  throw new KingbaseError({
    code: 'lab/nothing-deployed',
    path: name,
    message: `lab "${name}" has machines, but no stack`,
    hint: 'Deploy one: npm run lab',
  });
}

export function shell(nodeName: string, words: readonly string[], options: Named): void {
  const manifest = requireManifest(options.name);
  const node = findNode(manifest, nodeName);
  const argv = [
    ...['-i', manifest.privateKeyFile, '-o', 'IdentitiesOnly=yes'],
    ...['-o', `UserKnownHostsFile=${labPaths(options.name).knownHosts}`, '-o', 'GlobalKnownHostsFile=/dev/null'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=10', '-o', 'LogLevel=ERROR'],
    `${manifest.user}@${node.host}`,
    ...words,
  ];
  const result = spawnSync('ssh', argv, { stdio: 'inherit' });
  process.exitCode = result.status ?? 255;
}

export async function exec(node: string, words: readonly string[], options: Named & { as?: string }): Promise<void> {
  const result = await openLab(options.name)
    .node(node)
    .exec(words, { anyExit: true, as: options.as, timeoutMs: 600_000 });
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  process.exitCode = result.code;
}

interface FaultOptions extends Named {
  readonly list?: boolean;
  readonly undo?: boolean;
  readonly undoAll?: boolean;
  readonly [option: string]: string | boolean | undefined;
}

const FAULT_OPTIONS = ['from', 'rate', 'delay', 'seconds', 'mebibytes'];

export async function fault(name: string | undefined, node: string | undefined, options: FaultOptions): Promise<void> {
  if (options.list === true || (name === undefined && options.undoAll !== true)) {
    process.stdout.write(faultList());
    return;
  }
  requireRoot();
  const lab = openLab(options.name);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  if (options.undoAll === true) return (await undoAll(lab)).forEach(say);
  if (options.undo === true) return say(await undoFault(lab, name ?? '', node));
  const given = FAULT_OPTIONS.flatMap((key) =>
    typeof options[key] === 'string' ? [[key, options[key]] as const] : [],
  );
  say(await applyFault(lab, name ?? '', node, Object.fromEntries(given)));
}

export async function node(act: 'add' | 'remove', nodeName: string, options: Named): Promise<void> {
  requireRoot();
  const lab = openLab(options.name);
  const progress = createProgress();
  if (act === 'add') await progress.step(`adding ${nodeName}`, () => addNode(lab, nodeName));
  else await progress.step(`removing ${nodeName}`, () => removeNode(lab, nodeName));
  const what = act === 'add' ? `add "- name: ${nodeName}" to` : `take ${nodeName} out of`;
  progress.say(
    `for the cluster to follow: ${what} kingbase:cluster.nodes in ${stackFiles(lab.name).config}, then: npm run lab`,
  );
}

export async function fleet(act: 'save' | 'restore' | 'drop', fleetName: string, options: Named): Promise<void> {
  requireRoot();
  const progress = createProgress();
  if (act === 'save') await saveFleet(openLab(options.name), fleetName, progress);
  else if (act === 'restore') await restoreFleet(fleetName, progress);
  else dropFleet(fleetName);
}

export function dialect(options: { json?: boolean }): void {
  const keys = readDialect();
  process.stdout.write(options.json === true ? `${JSON.stringify(keys, undefined, 2)}\n` : dialectText(keys));
}

export function preflight(options: Named & { json?: boolean }): void {
  const script = join(projectRoot(), 'dist/scripts/preflight.js');
  const words = ['--config-file', stackFiles(options.name).config, ...(options.json === true ? ['--json'] : [])];
  const result = spawnSync(process.execPath, [script, ...words], { stdio: 'inherit', cwd: projectRoot() });
  process.exitCode = result.status ?? 1;
}
