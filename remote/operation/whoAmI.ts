/** How this process names itself to other operators, and how it sees whether one of its own machine is alive. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';

export interface Identity {
  readonly operator: string;
  readonly pid: number;
  /** Empty where it cannot be told: then nobody counts as dead. */
  readonly place: string;
  readonly isRunning: (pid: number) => boolean;
}

export function whoAmI(): Identity {
  const operator = `${userName()}@${hostname()}`.replaceAll(/[^\w.@-]/g, '_');
  return { operator, pid: process.pid, place: place(), isRunning };
}

/** Two containers may have one host name and the same process ids: boot and namespace tell them apart. */
function place(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()}/${boot}/${readlinkSync('/proc/self/ns/pid')}`.replaceAll(/["\\]/g, '_');
  } catch {
    return '';
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
