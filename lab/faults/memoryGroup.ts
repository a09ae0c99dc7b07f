// The memory controller's group of a node, of either version of cgroups.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../../core/finding';

export interface MemoryGroup {
  readonly path: string;
  readonly file: string;
  /** What stands in the file where there is no limit. */
  readonly none: string;
  /** Bytes that cannot be given back. */
  inUse(): number;
}

export function memoryGroup(lab: string, node: string): MemoryGroup {
  const below = join('pulumi-kingbase-lab', lab, node);
  const groups = [
    { path: join('/sys/fs/cgroup/memory', below), limit: 'memory.limit_in_bytes', none: '-1', used: 'total_rss' },
    { path: join('/sys/fs/cgroup', below), limit: 'memory.max', none: 'max', used: 'anon' },
  ];
  const found = groups.find(({ path, limit }) => existsSync(join(path, limit)));
  if (found !== undefined) {
    const { path, limit, none, used } = found;
    return { path, file: join(path, limit), none, inUse: () => read(join(path, 'memory.stat'), used) };
  }
  throw new KingbaseError({
    code: 'lab/no-memory-controller',
    message: 'this machine has no cgroup with a memory limit',
    hint: 'Boot it with the memory controller (cgroup_enable=memory).',
  });
}

/** undefined: no limit. */
export function limitMemoryOf(group: MemoryGroup, bytes: string | undefined): void {
  writeFileSync(group.file, bytes ?? group.none);
}

function read(file: string, key: string): number {
  return Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
}
