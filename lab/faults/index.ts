// Every fault by its name, and the two acts: apply and undo, both kept in the manifest so that status shows them.
import { KingbaseError } from '../../core/finding';
import { nearestName } from '../../core/text/nearestName';
import type { Lab } from '../lab';
import type { ActiveFault, Manifest } from '../manifest';
import { addVendorCron } from './addVendorCron';
import { breakArchiveCommand } from './breakArchiveCommand';
import { changeDataPath } from './changeDataPath';
import { changeHostKey } from './changeHostKey';
import { changeRepoIp } from './changeRepoIp';
import { closeRepository } from './closeRepository';
import { corruptBackup } from './corruptBackup';
import { cutIdleSessions } from './cutIdleSessions';
import { dropGateway } from './dropGateway';
import type { Fault, FaultCall } from './fault';
import { fillDisk } from './fillDisk';
import { hangDisk } from './hangDisk';
import { freezeControlTime } from './freezeControlTime';
import { heal } from './heal';
import { killDatabase } from './killDatabase';
import { killKbha } from './killKbha';
import { killPrimary } from './killPrimary';
import { killRepmgrd } from './killRepmgrd';
import { limitBackupMemory } from './limitBackupMemory';
import { limitMemory } from './limitMemory';
import { lockRepository } from './lockRepository';
import { lowerSemaphores } from './lowerSemaphores';
import { lowerSharedMemory } from './lowerSharedMemory';
import { overrideArchiveCommand } from './overrideArchiveCommand';
import { partition } from './partition';
import { pileUpWal } from './pileUpWal';
import { powerCut } from './powerCut';
import { powerOff } from './powerOff';
import { powerOn } from './powerOn';
import { removeIpc } from './removeIpc';
import { removeManifest } from './removeManifest';
import { removeStanza } from './removeStanza';
import { removeWalSegment } from './removeWalSegment';
import { skewClock } from './skewClock';
import { slowNetwork } from './slowNetwork';
import { stopArchiving } from './stopArchiving';
import { stopCron } from './stopCron';
import { stopDatabases } from './stopDatabases';
import { takeVirtualIp } from './takeVirtualIp';

export const FAULTS: readonly Fault[] = [
  killPrimary,
  killDatabase,
  killRepmgrd,
  killKbha,
  stopCron,
  powerOff,
  powerCut,
  powerOn,
  partition,
  heal,
  fillDisk,
  hangDisk,
  slowNetwork,
  dropGateway,
  takeVirtualIp,
  skewClock,
  limitMemory,
  changeRepoIp,
  removeIpc,
  lowerSemaphores,
  lowerSharedMemory,
  limitBackupMemory,
  stopArchiving,
  breakArchiveCommand,
  overrideArchiveCommand,
  cutIdleSessions,
  pileUpWal,
  freezeControlTime,
  stopDatabases,
  changeDataPath,
  changeHostKey,
  closeRepository,
  lockRepository,
  removeStanza,
  corruptBackup,
  removeManifest,
  removeWalSegment,
  addVendorCron,
];

export function findFault(name: string): Fault {
  const fault = FAULTS.find((each) => each.name === name);
  if (fault !== undefined) return fault;
  const names = FAULTS.map((each) => each.name);
  const nearest = nearestName(name, names);
  throw new KingbaseError({
    code: 'lab/unknown-fault',
    path: name,
    message: 'there is no fault of this name',
    hint: nearest === undefined ? `The faults are ${names.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}

/** What was done, in one line. */
export async function applyFault(
  lab: Lab,
  name: string,
  node?: string,
  options: Readonly<Record<string, string>> = {},
): Promise<string> {
  const fault = findFault(name);
  const asked = call(lab, fault, node, options);
  refuseUnknownOptions(fault, options);
  fault.check?.(asked);
  const at = asked.node?.name;
  // Written down first: whoever finds the lab after a crash knows what may have been done to it.
  if (fault.kind === 'lasting') await record(lab, { name, since: new Date().toISOString(), node: at, options });
  const said = await fault.apply(asked);
  for (const ended of fault.ends ?? []) await forget(lab, ended, at);
  return said;
}

export async function undoFault(lab: Lab, name: string, node?: string): Promise<string> {
  const fault = findFault(name);
  if (fault.undo === undefined) {
    throw new KingbaseError({
      code: 'lab/fault-without-undo',
      path: name,
      message: 'this fault is an event: nothing of it is left to undo',
      hint: 'Bringing the node back is the business of the cluster; see npm run lab:status.',
    });
  }
  const active = lab.manifest().faults.find((each) => each.name === name && each.node === node);
  const said = await fault.undo(call(lab, fault, node, active?.options ?? {}));
  await forget(lab, name, node);
  return said;
}

/** For people: what is not there cannot be taken back, and to say that it was would hide a slip in the name of the node. */
export function requireActive(lab: Lab, name: string, node?: string): void {
  const fault = findFault(name);
  const at = call(lab, fault, node, {}).node?.name;
  const active = lab.manifest().faults;
  if (fault.undo === undefined || active.some((each) => each.name === name && each.node === at)) return;
  const list = active.map((each) => [each.name, ...(each.node === undefined ? [] : [each.node])].join(' '));
  throw new KingbaseError({
    code: 'lab/fault-not-active',
    path: at === undefined ? name : `${name} ${at}`,
    message: 'this fault is not active, so there is nothing to undo',
    hint: list.length === 0 ? 'No fault is active.' : `Active: ${list.join(', ')}.`,
  });
}

/** In the reverse order of their coming. */
export async function undoAll(lab: Lab): Promise<readonly string[]> {
  const said: string[] = [];
  for (const fault of [...lab.manifest().faults].reverse()) said.push(await undoFault(lab, fault.name, fault.node));
  return said;
}

async function record(lab: Lab, fault: ActiveFault): Promise<void> {
  await lab.update((manifest) => ({ ...manifest, faults: [...others(manifest, fault.name, fault.node), fault] }));
}

async function forget(lab: Lab, name: string, node: string | undefined): Promise<void> {
  await lab.update((manifest) => ({ ...manifest, faults: others(manifest, name, node) }));
}

function others(manifest: Manifest, name: string, node: string | undefined): readonly ActiveFault[] {
  return manifest.faults.filter((fault) => fault.name !== name || fault.node !== node);
}

function call(lab: Lab, fault: Fault, node: string | undefined, options: Readonly<Record<string, string>>): FaultCall {
  if (fault.target === 'lab') return { lab, options };
  if (node !== undefined) return { lab, node: lab.node(node), options };
  throw new KingbaseError({
    code: 'lab/fault-needs-node',
    path: fault.name,
    message: 'it needs a node',
    hint: `Name one: npm run lab:fault -- ${fault.name} ${lab.manifest().nodes[0]?.name ?? 'node1'}`,
  });
}

function refuseUnknownOptions(fault: Fault, options: Readonly<Record<string, string>>): void {
  const known = Object.keys(fault.options ?? {});
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new KingbaseError({
    code: 'lab/bad-option',
    path: `--${unknown}`,
    message: `${fault.name} has no such option`,
    hint: known.length === 0 ? 'It has none.' : `It has ${known.map((name) => `--${name}`).join(', ')}.`,
  });
}
