// Files and folders as given → the logs among them, each with what its first lines say. Nothing is read but their heads.
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync, constants } from 'node:zlib';
import { confKindOf } from '../../core/incident/conf';
import { decodeText } from '../../core/incident/read/decode';
import { sniffLog, type Sniffed } from '../../core/incident/read/sniff';

export interface GivenPath {
  readonly path: string;
  /** What the user says: whose log it is. */
  readonly node: string | null;
}

export interface LogFile extends Sniffed {
  readonly path: string;
  readonly node: string | null;
  /** Files of one log, whatever its rotation: the same folder, the same name without numbers. */
  readonly log: string;
}

export interface Found {
  readonly logs: readonly LogFile[];
  readonly poolConf: readonly string[];
  readonly haConf: readonly string[];
  readonly unread: readonly { readonly file: string; readonly why: string }[];
}

const HEAD_BYTES = 256 * 1024;
const MOST_FILES = 5000;
const MOST_DEPTH = 12;

export function findLogs(given: readonly GivenPath[]): Found {
  const logs: LogFile[] = [];
  const [poolConf, haConf]: [string[], string[]] = [[], []];
  const unread: { file: string; why: string }[] = [];
  for (const { path, node } of given) {
    for (const { file, named } of expand(path, unread)) {
      if (logs.length >= MOST_FILES) {
        unread.push({ file, why: `more than ${MOST_FILES} logs` });
        break;
      }
      try {
        const text = readHead(file);
        const conf = confKindOf(text);
        const sniffed = conf === null ? sniffLog(basename(file), text) : null;
        if (conf === 'poolConf') poolConf.push(file);
        else if (conf === 'haConf') haConf.push(file);
        else if (sniffed !== null) logs.push({ ...sniffed, path: file, node, log: join(dirname(file), logName(file)) });
        // In a folder lies much else; what was named must be one of ours.
        else if (named) unread.push({ file, why: 'holds nothing that this tool knows' });
      } catch (error) {
        unread.push({ file, why: (error as Error).message });
      }
    }
  }
  return { logs, poolConf, haConf, unread };
}

function* expand(
  path: string,
  unread: { file: string; why: string }[],
  depth = 0,
): Generator<{ readonly file: string; readonly named: boolean }> {
  let isFolder: boolean;
  try {
    const seen = statSync(path);
    isFolder = seen.isDirectory();
    if (!isFolder && !seen.isFile()) {
      if (depth === 0) unread.push({ file: path, why: 'is neither a file nor a folder' });
      return;
    }
    if (!isFolder) return void (yield { file: path, named: depth === 0 });
    if (depth > MOST_DEPTH) return void unread.push({ file: path, why: `lies more than ${MOST_DEPTH} folders deep` });
    for (const name of readdirSync(path).sort()) yield* expand(join(path, name), unread, depth + 1);
  } catch (error) {
    unread.push({ file: path, why: (error as Error).message });
  }
}

/** cluster.log, cluster.log.1, cluster.log-20220830.gz → cluster.log */
function logName(file: string): string {
  return basename(file)
    .replace(/\.gz$/, '')
    .replace(/[.-]\d[\d.-]*$/, '');
}

function readHead(file: string): string {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const handle = openSync(file, 'r');
  let length: number;
  try {
    length = readSync(handle, bytes, 0, HEAD_BYTES, 0);
  } finally {
    closeSync(handle);
  }
  const head = bytes.subarray(0, length);
  if (!isGzip(head)) return decodeText(head, 0, length);
  // The head of a compressed file is cut: what comes out of it until there is enough.
  const plain = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 });
  return decodeText(plain, 0, Math.min(plain.length, HEAD_BYTES));
}

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

export function readConf(file: string): string {
  return readFileSync(file, 'utf8');
}
