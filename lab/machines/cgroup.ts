// Which processes belong to a node, asked from the kernel: true also where the manifest is stale or gone.
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '../run';

const HIERARCHIES = ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/memory'];
const OURS = 'pulumi-kingbase-lab';
/** Long, because a busy machine takes its time to bury many processes. */
const KILL_TIMEOUT_MS = 60_000;

/** Directories of this lab (or of one node of it) in every hierarchy. */
function groups(lab: string, node?: string): readonly string[] {
  return HIERARCHIES.filter((root) => existsSync(join(root, 'cgroup.procs')))
    .map((root) => (node === undefined ? join(root, OURS, lab) : join(root, OURS, lab, node)))
    .filter((path) => existsSync(path));
}

/** Names of nodes that have or had processes. */
export function nodesWithGroups(lab: string): readonly string[] {
  return [...new Set(groups(lab).flatMap(children))];
}

export function nodeProcesses(lab: string, node: string): readonly number[] {
  return [...new Set(groups(lab, node).flatMap(processesBelow))];
}

/** The node's init: process 1 of a process namespace below ours. */
export function findLeader(lab: string, node: string): number | undefined {
  return nodeProcesses(lab, node).find((pid) => {
    const ids = namespacePids(pid);
    return ids.length >= 2 && ids.at(-1) === 1 && !isDying(pid);
  });
}

/** systemd-nspawn itself, which holds the node's mounts: the processes of the node that are in our own process namespace. */
export function findSupervisors(lab: string, node: string): readonly number[] {
  return nodeProcesses(lab, node).filter((pid) => namespacePids(pid).length === 1);
}

/** Kills all there is of a node and waits until the kernel has let go of it; the pids that stayed. */
export async function killNode(lab: string, node: string): Promise<readonly number[]> {
  const gone = await poll(
    () => {
      const pids = nodeProcesses(lab, node);
      for (const pid of pids) signal(pid, 'SIGKILL');
      return pids.length === 0 ? true : undefined;
    },
    KILL_TIMEOUT_MS,
    30,
  );
  if (gone !== true) return nodeProcesses(lab, node);
  removeGroups(lab, node);
  return [];
}

export function signal(pid: number, name: NodeJS.Signals | number): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

export function removeGroups(lab: string, node?: string): void {
  for (const path of groups(lab, node)) removeTree(path);
  for (const root of HIERARCHIES) {
    for (const path of [join(root, OURS, lab), join(root, OURS)]) {
      if (existsSync(path) && children(path).length === 0) tryRmdir(path);
    }
  }
}

/** cgroup directories hold only pseudo files: removing means rmdir from the leaves up. */
function removeTree(path: string): void {
  for (const name of children(path)) removeTree(join(path, name));
  tryRmdir(path);
}

function tryRmdir(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // EBUSY: a process is still leaving; the next sweep takes it.
    if (code !== 'ENOENT' && code !== 'EBUSY' && code !== 'ENOTEMPTY') throw error;
  }
}

/** A group can go between being listed and being read: while a node shuts down, many do. */
function children(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function processesBelow(path: string): readonly number[] {
  const here = readLines(join(path, 'cgroup.procs')).map(Number);
  return [...here, ...children(path).flatMap((name) => processesBelow(join(path, name)))];
}

function namespacePids(pid: number): readonly number[] {
  const line = readLines(`/proc/${pid}/status`).find((each) => each.startsWith('NSpid:'));
  return line === undefined ? [] : line.split(/\s+/).slice(1).map(Number);
}

const PF_EXITING = 0x4;
const SIGKILL_BIT = 1n << 8n;

/** Killed already, though the kernel still shows it: a node whose init is dying is not running. */
function isDying(pid: number): boolean {
  const stat = readLines(`/proc/${pid}/stat`)[0];
  if (stat === undefined) return true;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X' || (Number(fields[6]) & PF_EXITING) !== 0) return true;
  const pending = readLines(`/proc/${pid}/status`).filter((line) => /^S(ig|hd)Pnd:/.test(line));
  return pending.some((line) => (BigInt(`0x${line.split(/\s+/)[1] ?? '0'}`) & SIGKILL_BIT) !== 0n);
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
