/** Keeps one ssh connection per host and login for all resources of a run, and lets the process end when nothing runs. */
import type { Client } from 'ssh2';
import { createHash } from 'node:crypto';
import type { Connection } from './remote';
import { dial, type SshLink } from './sshDial';

/** sshd allows 10 sessions per connection (MaxSessions); two are left for whoever else shares it. */
const MAX_CHANNELS = 8;
const IDLE_CLOSE_MS = 15_000;

interface Entry {
  readonly link: Promise<SshLink>;
  active: number;
  alive: boolean;
  readonly waiting: (() => void)[];
  idle?: NodeJS.Timeout;
}

const entries = new Map<string, Entry>();

/** Runs `use` with the host's connection, opened where there is none; at most MAX_CHANNELS run on it at a time. */
export async function withClient<T>(connection: Connection, use: (client: Client) => Promise<T>): Promise<T> {
  const key = keyOf(connection);
  const entry = entries.get(key) ?? open(key, connection);
  await enter(entry);
  try {
    const link = await entry.link;
    link.socket.ref();
    return await use(link.client);
  } finally {
    leave(key, entry);
  }
}

/** No new command on this connection; those that run on it may finish. */
export function discard(connection: Connection): void {
  const key = keyOf(connection);
  const entry = entries.get(key);
  if (entry !== undefined) {
    retire(key, entry);
  }
}

/** Ends every connection now; a long-lived caller (the lab) may want that before it restarts hosts. */
export function closeConnections(): void {
  for (const [key, entry] of entries) {
    retire(key, entry);
    end(entry);
  }
}

function open(key: string, connection: Connection): Entry {
  const entry: Entry = { link: dial(connection), active: 0, alive: true, waiting: [] };
  entries.set(key, entry);
  entry.link.then(
    (link) => link.client.once('close', () => retire(key, entry)),
    () => retire(key, entry),
  );
  return entry;
}

async function enter(entry: Entry): Promise<void> {
  clearTimeout(entry.idle);
  if (entry.active >= MAX_CHANNELS) {
    await new Promise<void>((resolve) => entry.waiting.push(resolve));
  } else {
    entry.active += 1;
  }
}

function leave(key: string, entry: Entry): void {
  const next = entry.waiting.shift();
  if (next !== undefined) {
    next();
    return;
  }
  entry.active -= 1;
  if (entry.active > 0) {
    return;
  }
  if (!entry.alive) {
    end(entry);
  } else {
    entry.link.then((link) => entry.active === 0 && link.socket.unref()).catch(() => undefined);
    entry.idle = setTimeout(() => retire(key, entry), IDLE_CLOSE_MS).unref();
  }
}

function retire(key: string, entry: Entry): void {
  entry.alive = false;
  clearTimeout(entry.idle);
  if (entries.get(key) === entry) {
    entries.delete(key);
  }
  if (entry.active === 0) {
    end(entry);
  }
}

function end(entry: Entry): void {
  entry.link.then((link) => link.end()).catch(() => undefined);
}

function keyOf(connection: Connection): string {
  return createHash('sha256')
    .update(JSON.stringify(connection, Object.keys(connection).sort()))
    .digest('hex');
}
