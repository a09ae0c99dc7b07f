// What each command of the lab does.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatAction } from '../core/action/record';
import { DRILL_SCENARIOS, type DrillScenario } from '../core/drill/scenario';
import { KingbaseError } from '../core/finding';
import { machinesDown } from './create';
import { dialectText, readDialect } from './dialect';
import { runDrill } from './drills/drill';
import { DRILLS } from './drills/index';
import { applyFault, requireActive, undoAll, undoFault } from './faults/index';
import { DEFAULT_NAME, type FormName } from './forms';
import { openLab } from './lab';
import { listLabs } from './labs';
import { findNode, requireManifest } from './manifest';
import { addNode, removeNode } from './nodes';
import { downText, faultList, machinesText, shellHint, unreachableHint, upText } from './output';
import { isKwdb, kwdbText, kwdbUp, observeKwdb, type KwdbReport } from './kwdbLab';
import { labPaths } from './paths';
import { createProgress } from './progress';
import { projectRoot } from './projectRoot';
import { requireRoot } from './requireRoot';
import { dropFleet, restoreFleet, saveFleet } from './snapshot';
import { stackFiles } from './stack/stackFile';
import { observeWholeLab, statusJson, statusTable } from './status';
import { isV8r3, observeV8r3, v8r3Text, v8r3Up } from './v8r3Lab';
import { labUp } from './up';

interface Named {
  readonly name: string;
}

export async function up(
  options: Named & {
    subnet?: string;
    form?: FormName;
    system?: 'kingbase' | 'kwdb' | 'v8r3';
    media?: string;
    deploy: boolean;
    refresh?: boolean;
    json?: boolean;
  },
): Promise<void> {
  const progress = createProgress();
  if (isKwdb(options)) return showKwdb(await kwdbUp({ ...options, progress }), options);
  if (isV8r3(options)) return showReport(await v8r3Up({ ...options, progress }), v8r3Text, options);
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
  const wasThere = existsSync(labPaths(options.name).directory);
  await progress.step(`taking lab "${options.name}" down`, () => machinesDown(options.name, options));
  progress.say(downText(options.name, wasThere, listLabs()));
}

/** Exit code 1 where the cluster is not healthy: what it is, is printed all the same. */
export async function status(options: Named & { json?: boolean }): Promise<void> {
  requireRoot('npm run lab:status');
  const lab = openLab(options.name);
  if (lab.manifest().form === 'kwdb') return showKwdb(await observeKwdb(lab), options);
  if (lab.manifest().form === 'v8r3') return showReport(await observeV8r3(lab), v8r3Text, options);
  const deployed = existsSync(stackFiles(options.name).config);
  if (!deployed) requireDeployed(options.name);
  const report = await observeWholeLab(lab);
  process.exitCode = report.healthy ? 0 : 1;
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

/** Exit code 1 where a node is missing or does not answer. */
function showKwdb(report: KwdbReport, options: { json?: boolean }): void {
  showReport(report, kwdbText, options);
}

function showReport<T extends { readonly healthy: boolean }>(
  report: T,
  text: (report: T) => string,
  options: { json?: boolean },
): void {
  process.exitCode = report.healthy ? 0 : 1;
  process.stdout.write(options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : text(report));
}

function requireDeployed(name: string): never {
  throw new KingbaseError({
    code: 'lab/nothing-deployed',
    path: name,
    message: `lab "${name}" has machines, but no stack`,
    hint: `Deploy one: npm run lab${name === DEFAULT_NAME ? '' : ` -- --name ${name}`}`,
  });
}

/** What ssh itself ends with where it could not connect. */
const SSH_FAILED = 255;

export function shell(nodeName: string, words: readonly string[], options: Named): void {
  requireRoot('npm run lab:shell');
  const manifest = requireManifest(options.name);
  const node = findNode(manifest, nodeName);
  if (words.length === 0 && process.stdin.isTTY) process.stderr.write(shellHint(manifest, node));
  const argv = [
    ...['-i', manifest.privateKeyFile, '-o', 'IdentitiesOnly=yes'],
    ...['-o', `UserKnownHostsFile=${labPaths(options.name).knownHosts}`, '-o', 'GlobalKnownHostsFile=/dev/null'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=10', '-o', 'LogLevel=ERROR'],
    `${manifest.user}@${node.host}`,
    ...words,
  ];
  const result = spawnSync('ssh', argv, { stdio: 'inherit' });
  process.exitCode = result.status ?? SSH_FAILED;
  if (process.exitCode === SSH_FAILED) process.stderr.write(unreachableHint(manifest, nodeName));
}

export async function exec(node: string, words: readonly string[], options: Named & { as?: string }): Promise<void> {
  requireRoot('npm run lab:exec');
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
  requireRoot('npm run lab:fault');
  const lab = openLab(options.name);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  if (options.undoAll === true) {
    const undone = await undoAll(lab);
    return undone.length === 0 ? say('no fault is active') : undone.forEach(say);
  }
  if (options.undo === true) {
    requireActive(lab, name ?? '', node);
    return say(await undoFault(lab, name ?? '', node));
  }
  const given = FAULT_OPTIONS.flatMap((key) =>
    typeof options[key] === 'string' ? [[key, options[key]] as const] : [],
  );
  say(await applyFault(lab, name ?? '', node, Object.fromEntries(given)));
}

export async function node(act: 'add' | 'remove', nodeName: string, options: Named): Promise<void> {
  requireRoot('npm run lab:node');
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

/** Exit code 1 where one of them failed: each record is printed, and kept on a node. */
export async function drill(scenario: string | undefined, options: Named & { json?: boolean }): Promise<void> {
  const chosen = chosenDrills(scenario);
  requireRoot('npm run lab:drill');
  const lab = openLab(options.name);
  const progress = createProgress();
  const records = [];
  for (const name of chosen) {
    const record = await progress.step(`drill ${name}`, () => runDrill(lab, name, DRILLS[name]));
    if (record.state !== 'succeeded') process.exitCode = 1;
    if (options.json !== true) process.stdout.write(`${formatAction(record)}\n`);
    records.push(record);
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(records, undefined, 2)}\n`);
}

function chosenDrills(scenario: string | undefined): readonly DrillScenario[] {
  const known = Object.keys(DRILL_SCENARIOS) as DrillScenario[];
  const chosen = known.filter((each) => scenario === undefined || each === scenario);
  if (chosen.length > 0) return chosen;
  throw new KingbaseError({
    code: 'lab/unknown-drill',
    path: scenario ?? '',
    message: `there is no drill "${scenario}"`,
    hint: `Known: ${known.join(', ')}.`,
  });
}

export function dialect(options: { json?: boolean }): void {
  const keys = readDialect();
  process.stdout.write(options.json === true ? `${JSON.stringify(keys, undefined, 2)}\n` : dialectText(keys));
}

export function preflight(options: Named & { json?: boolean }): void {
  requireRoot('node dist/lab/cli.js preflight');
  const script = join(projectRoot(), 'dist/scripts/preflight.js');
  const words = ['--config-file', stackFiles(options.name).config, ...(options.json === true ? ['--json'] : [])];
  const result = spawnSync(process.execPath, [script, ...words], { stdio: 'inherit', cwd: projectRoot() });
  process.exitCode = result.status ?? 1;
}
