// One engine per state file: a lock file names the holder; a holder that is gone (killed, rebooted) does not block.
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { KingbaseError } from '../../../core/finding';

interface Holder {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot: tells a reused pid from the holder. */
  readonly started: string;
  readonly boot: string;
  readonly host: string;
  readonly since: string;
  readonly token: string;
}

export interface StateLock {
  release(): void;
}

export function acquireLock(statePath: string): StateLock {
  const path = `${statePath}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  const mine: Holder = {
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    boot: bootId(),
    host: hostname(),
    since: new Date().toISOString(),
    token: randomUUID(),
  };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (tryCreate(path, mine)) return { release: () => release(path, mine.token) };
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (isAlive(holder)) throw lockedError(path, holder);
    removeStale(path, holder);
  }
  throw new KingbaseError({
    code: 'engine/state-locked',
    path,
    message: 'the lock file changes hands again and again',
    hint: 'Several engines compete for one state: run one at a time.',
  });
}

/** Written aside and linked, so that nobody ever reads half a lock file. */
function tryCreate(path: string, holder: Holder): boolean {
  const temporary = `${path}.${holder.token}`;
  writeFileSync(temporary, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  const unreadable: Holder = { pid: 0, started: '', boot: '', host: hostname(), since: '', token: '' };
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder> | null;
    return { ...unreadable, ...holder };
  } catch (error) {
    // A power cut may leave an empty file: nobody holds that.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : unreadable;
  }
}

/** Moved aside first: of two engines that both see a stale lock only one takes it away. */
function removeStale(path: string, holder: Holder): void {
  const aside = `${path}.${randomUUID()}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && moved.token !== holder.token) {
    tryCreate(path, moved);
  }
  rmSync(aside, { force: true });
}

function release(path: string, token: string): void {
  if (readHolder(path)?.token === token) rmSync(path, { force: true });
}

function isAlive(holder: Holder): boolean {
  // Another machine's process cannot be asked: it counts as alive.
  if (holder.host !== hostname()) return true;
  if (holder.pid === 0 || holder.boot !== bootId()) return false;
  return startOf(holder.pid) === holder.started;
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function lockedError(path: string, holder: Holder): KingbaseError {
  return new KingbaseError({
    code: 'engine/state-locked',
    path,
    message: `process ${holder.pid} on ${holder.host} has been working on this state since ${holder.since}`,
    hint: 'Wait for it to end. If that machine is gone for good, delete the lock file.',
  });
}
