// Takes away everything a lab has on this machine, found from the machine itself: works with a stale manifest, a broken
// one or none, and may be run again.
import { readFileSync, rmSync } from 'node:fs';
import { KingbaseError } from '../../core/finding';
import { bridgeName } from '../forms';
import { labPaths } from '../paths';
import { run } from '../run';
import { killNode, nodesWithGroups, removeGroups } from './cgroup';
import { releaseLoopDevices, thawNode } from './freeze';
import { removeNetwork } from './network';

export async function sweep(lab: string): Promise<void> {
  const { directory } = labPaths(lab);
  const nodes = nodesWithGroups(lab);
  for (const node of nodes) await thawNode(lab, node);
  const stuck = (await Promise.all(nodes.map((node) => killNode(lab, node)))).flat();
  if (stuck.length > 0)
    throw remains(lab, `processes ${stuck.join(', ')} do not end`, '/proc/<pid>/stack says what they wait for.');
  removeGroups(lab);
  await unmountBelow(directory);
  await releaseLoopDevices(directory);
  await removeNetwork(lab, bridgeName(lab));
  rmSync(directory, { recursive: true, force: true });
}

/** Nodes mount in namespaces of their own; what is seen here was mounted by hand, or by an interrupted snapshot. */
async function unmountBelow(directory: string): Promise<void> {
  for (const point of [...mountsBelow(directory)].reverse()) await run('umount', ['--lazy', point], { anyExit: true });
  const left = mountsBelow(directory);
  if (left.length > 0)
    throw remains(directory, `still mounted: ${left.join(', ')}`, 'Unmount them, then run it again.');
}

export function mountsBelow(directory: string): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${directory}/`));
}

function remains(path: string, message: string, hint: string): KingbaseError {
  return new KingbaseError({ code: 'lab/cannot-clean', path, message, hint });
}
