// A lock between processes that dies with its holder: flock(1) held by a child that ends when our end of its pipe closes,
// so that a killed lab never leaves a lock behind.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LockOptions {
  /** Told once when somebody else holds the lock. */
  readonly onWait?: () => void;
}

export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const release = await acquire(path, options);
  try {
    return await work();
  } finally {
    release();
  }
}

function acquire(path: string, options: LockOptions): Promise<() => void> {
  mkdirSync(dirname(path), { recursive: true });
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // An interrupt from the keyboard is for us: the lock holds until we are done with it.
      detached: true,
    });
    const waiting = setTimeout(() => options.onWait?.(), 500);
    const settle = (act: () => void): void => {
      clearTimeout(waiting);
      act();
    };
    child.once('error', (error) => settle(() => reject(new Error(`flock ${path}: ${error.message}`))));
    child.once('exit', (code) => settle(() => reject(new Error(`flock ${path}: exit code ${String(code)}`))));
    child.stdout.once('data', () => settle(() => resolve(() => child.stdin.end())));
  });
}
