// What /proc says about a process: its children, its memory, whom it talks to. Only what the bench needs.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `root` and everything below it. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    // The name in brackets may hold anything, blanks and brackets too: the parent is the second word behind the last bracket.
    const parent = Number(/^.*\) \S (\d+)/s.exec(readOrEmpty(`/proc/${pid}/stat`))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  for (const next = [root]; next.length > 0;) {
    const pid = next.pop() as number;
    found.push(pid);
    next.push(...(children.get(pid) ?? []));
  }
  return found;
}

/** Words of the command line with blanks between them; empty for one that has ended. */
export function commandLine(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/**
 * KiB that these processes hold together. Pages that several of them map (the same executable, the same libraries) count once: what one
 * process has alone adds up, of what they share the largest share counts. Whoever else on the machine maps them makes no difference.
 */
export function memoryOf(pids: readonly number[]): number {
  const each = pids.map((pid) => parseRollup(readOrEmpty(`/proc/${pid}/smaps_rollup`)));
  return each.reduce((sum, { own }) => sum + own, 0) + Math.max(0, ...each.map(({ shared }) => shared));
}

export function parseRollup(text: string): { readonly own: number; readonly shared: number } {
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return { own: kib('Private_Clean') + kib('Private_Dirty'), shared: kib('Shared_Clean') + kib('Shared_Dirty') };
}

/**
 * Addresses outside this machine that the process is connected to or tries to reach. Sockets in /proc/<pid>/net/tcp belong to the whole network namespace;
 * only those that this process holds open count.
 */
export function remoteAddresses(pid: number): string[] {
  const inodes = socketInodes(pid);
  if (inodes.size === 0) return [];
  return ['tcp', 'tcp6']
    .flatMap((file) => readOrEmpty(`/proc/${pid}/net/${file}`).split('\n').slice(1))
    .flatMap((line) => {
      const words = line.trim().split(/\s+/);
      return inodes.has(words[9] ?? '') ? [parseSocketAddress(words[2] ?? '')] : [];
    })
    .filter((address) => !/^(127\.|0\.0\.0\.0|::1?$)/.test(address));
}

function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    // Ended meanwhile.
  }
  return inodes;
}

/** "0100007F:0CEA" → "127.0.0.1": each group of eight digits is one 32-bit word of the machine's (little-endian) memory. */
export function parseSocketAddress(text: string): string {
  const words = (text.split(':')[0] ?? '').match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).map((byte) => parseInt(byte, 16)).reverse());
  if (bytes.length === 4) return bytes.join('.');
  // An IPv4 address in an IPv6 socket (::ffff:a.b.c.d).
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  return groups
    .map((group) => group.toString(16))
    .join(':')
    .replace(/\b0(?::0)+\b/, ':')
    .replace(/:{3,}/, '::');
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** A process may end between being listed and being read. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
