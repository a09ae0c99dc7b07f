// Logs → reports, as a stream: a chunk in memory at a time, the files of one log one after another in the order of time.
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createLineFeed, type Decode } from '../../core/incident/read/lineFeed';
import { decodeText } from '../../core/incident/read/decode';
import { createReader } from '../../core/incident/read/reader';
import type { SourceReport } from '../../core/incident/types';
import { isGzip, type LogFile } from './findLogs';

export interface LogsRead {
  readonly reports: readonly SourceReport[];
  readonly unread: readonly { readonly file: string; readonly why: string }[];
}

const CHUNK_BYTES = 1024 * 1024;

/** The same as core's, by way of what Node has for it; a replacement sign means that it was no UTF-8. */
const decodeFast: Decode = (bytes, from, to) => {
  const text = (bytes as Buffer).toString('latin1', from, to);
  return /[\x80-\xff]/.test(text) ? decodeText(bytes, from, to) : text;
};

export async function readLogs(files: readonly LogFile[]): Promise<LogsRead> {
  const logs = new Map<string, LogFile[]>();
  for (const file of files) logs.set(file.log, [...(logs.get(file.log) ?? []), file]);
  // A copy under another number begins at the same moment as the file itself: it is read after it, and says the same again.
  const ordered = [...logs.values()].map((all) =>
    [...all].sort((a, b) => (a.firstAt ?? Infinity) - (b.firstAt ?? Infinity)),
  );
  const names = new Map<string, Set<string>>();
  for (const { path, localName } of files) {
    if (localName !== null) names.set(dirname(path), (names.get(dirname(path)) ?? new Set()).add(localName));
  }
  const known = new Set([...names.values()].flatMap((set) => [...set]));
  const reports: SourceReport[] = [];
  const unread: { file: string; why: string }[] = [];
  for (const all of ordered) {
    const report = await readLog(all, nodeOf(all, names, known), unread);
    reports.push(report);
    if (report.node !== null) known.add(report.node);
  }
  return { reports, unread };
}

interface Whose {
  readonly node: string | null;
  readonly sure: boolean;
}

/** What the user says, else what the pool in the same folder calls itself, else the folder's name where a log knows such a node. */
function nodeOf(files: readonly LogFile[], names: ReadonlyMap<string, Set<string>>, known: ReadonlySet<string>): Whose {
  const [first] = files;
  if (first === undefined) return { node: null, sure: false };
  const said = files.find(({ node }) => node !== null)?.node ?? null;
  if (said !== null) return { node: said, sure: true };
  const beside = [...(names.get(dirname(first.path)) ?? [])];
  if (beside.length === 1) return { node: beside[0] ?? null, sure: false };
  const folders = first.path.split('/').slice(0, -1).reverse();
  return { node: folders.find((folder) => known.has(folder)) ?? null, sure: false };
}

async function readLog(
  files: readonly LogFile[],
  whose: Whose,
  unread: { file: string; why: string }[],
): Promise<SourceReport> {
  const [first] = files;
  const reader = createReader({
    source: first?.log ?? '',
    node: whose.node,
    nodeIsSure: whose.sure,
    hint: first?.kind ?? null,
  });
  for (const { path } of files) {
    reader.beginFile(path);
    const feed = createLineFeed(decodeFast, reader.line);
    try {
      await pour(path, feed.push);
    } catch (error) {
      // What came before the place where it is broken stays read.
      unread.push({ file: path, why: `${basename(path)} is read up to where it breaks: ${(error as Error).message}` });
    }
    reader.endFile(feed.end());
  }
  return reader.finish();
}

async function pour(path: string, push: (chunk: Uint8Array) => void): Promise<void> {
  const handle = openSync(path, 'r');
  try {
    // One buffer for all of it: a stream would make a new one for each chunk. Nothing else is to be done meanwhile, so nobody waits for a thread.
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const isPlain = !isGzip(chunk.subarray(0, readSync(handle, chunk, 0, 2, 0)));
    for (let from = 0; isPlain;) {
      const length = readSync(handle, chunk, 0, CHUNK_BYTES, from);
      if (length === 0) return;
      push(chunk.subarray(0, length));
      from += length;
    }
  } finally {
    closeSync(handle);
  }
  const plain: Readable = createReadStream(path).pipe(createGunzip({ chunkSize: CHUNK_BYTES }));
  for await (const chunk of plain) push(chunk as Buffer);
}
