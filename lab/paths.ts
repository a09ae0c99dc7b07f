// Where the lab keeps things on this machine; nothing of it lies in the repository.
import { join } from 'node:path';

export const CACHE_ROOT = '/var/cache/pulumi-kingbase-lab';
/** Copies of stopped labs. */
export const FLEETS = join(CACHE_ROOT, 'fleets');
/** The `lab` node source of the program looks in the same place. */
export const STATE_ROOT = process.env['PULUMI_KINGBASE_LAB_STATE'] ?? '/var/lib/pulumi-kingbase-lab';
/** Lock files are never removed: whoever waits for one must wait for the same file. /run is emptied by a reboot. */
const LOCK_ROOT = '/run/lock/pulumi-kingbase-lab';
export const BUILD_LOCK = join(LOCK_ROOT, '..', 'pulumi-kingbase-lab.build.lock');

export interface LabPaths {
  readonly directory: string;
  readonly manifest: string;
  /** Held while machines are made or taken away. */
  readonly lock: string;
  /** Held for one change of the manifest. */
  readonly manifestLock: string;
  readonly privateKey: string;
  readonly knownHosts: string;
  readonly stack: string;
}

export function labPaths(name: string): LabPaths {
  const directory = join(STATE_ROOT, name);
  return {
    directory,
    manifest: join(directory, 'manifest.json'),
    lock: join(LOCK_ROOT, `${name}.lock`),
    manifestLock: join(LOCK_ROOT, `${name}.manifest.lock`),
    privateKey: join(directory, 'id_ed25519'),
    knownHosts: join(directory, 'known_hosts'),
    stack: join(directory, 'stack'),
  };
}

export interface NodePaths {
  readonly directory: string;
  readonly upper: string;
  readonly work: string;
  readonly root: string;
  readonly volumes: string;
  readonly console: string;
}

export function nodePaths(lab: string, node: string): NodePaths {
  const directory = join(STATE_ROOT, lab, 'nodes', node);
  return {
    directory,
    upper: join(directory, 'upper'),
    work: join(directory, 'work'),
    root: join(directory, 'root'),
    volumes: join(directory, 'volumes'),
    console: join(directory, 'console.log'),
  };
}
