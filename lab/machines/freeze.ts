// A hung disk and its cure. A writer blocked on a frozen filesystem cannot be killed, so whatever stops or takes down a
// node thaws first; and a frozen filesystem whose last process died would keep its loop device for ever.
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labPaths } from '../paths';
import { run } from '../run';
import { nodeProcesses } from './cgroup';

const POINTS = ['/kbdata', '/kbwal', '/kbrepo'];
const THAW_TIMEOUT_MS = 5_000;

export async function thawNode(lab: string, node: string): Promise<void> {
  for (const pid of oneProcessPerMountNamespace(nodeProcesses(lab, node))) {
    for (const point of mountedVolumes(pid, lab)) {
      // Not frozen is an error of fsfreeze and fine with us.
      await run('fsfreeze', ['--unfreeze', `/proc/${pid}/root${point}`], { anyExit: true, timeoutMs: THAW_TIMEOUT_MS });
    }
  }
}

function mountedVolumes(pid: number, lab: string): readonly string[] {
  let table: string;
  try {
    table = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  } catch {
    return [];
  }
  const points = table.split('\n').map((line) => line.split(' ')[4] ?? '');
  const own = `${labPaths(lab).directory}/`;
  return points.filter((point) => POINTS.includes(point) || (point.startsWith(own) && point.includes('/volumes/')));
}

function oneProcessPerMountNamespace(pids: readonly number[]): readonly number[] {
  const byNamespace = new Map<string, number>();
  for (const pid of pids) {
    const entry = readMountNamespace(pid);
    if (entry !== undefined && !byNamespace.has(entry)) byNamespace.set(entry, pid);
  }
  return [...byNamespace.values()];
}

/** Services with PrivateTmp have one of their own, and a stuck process may be the last of its kind. */
function readMountNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

interface LoopDevice {
  readonly name: string;
  readonly 'back-file': string | null;
}

export async function loopDevices(directory: string): Promise<readonly string[]> {
  const { stdout } = await run('losetup', ['--list', '--json', '--output', 'NAME,BACK-FILE']);
  if (stdout.trim() === '') return [];
  const list = (JSON.parse(stdout) as { loopdevices: readonly LoopDevice[] }).loopdevices;
  return list.filter((device) => device['back-file']?.startsWith(`${directory}/`)).map((device) => device.name);
}

/** After every process is gone: a device still there belongs to a filesystem that was left frozen, or to a killed mount. */
export async function releaseLoopDevices(directory: string): Promise<void> {
  for (const device of await loopDevices(directory)) {
    await thawOrphan(device);
    if ((await loopDevices(directory)).includes(device)) await run('losetup', ['--detach', device], { anyExit: true });
  }
}

/** Mounting the device again gives back the very filesystem that was frozen. */
async function thawOrphan(device: string): Promise<void> {
  if (!existsSync(device)) return;
  const point = mkdtempSync(join(tmpdir(), 'pulumi-kingbase-thaw-'));
  const script = 'mount "$1" "$2" && fsfreeze --unfreeze "$2"; umount "$2"';
  const inside = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', device, point];
  await run('unshare', inside, { anyExit: true, timeoutMs: THAW_TIMEOUT_MS });
  rmdirSync(point);
}
