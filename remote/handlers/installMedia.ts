/** Brings db.zip to a node in pieces: an upload that was cut off goes on where it ended, and never is the whole file in memory. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { KingbaseError } from '../../core/finding';
import type { Remote } from '../remote';

const PIECE_BYTES = 8 * 1024 * 1024;
const PIECE_TIMEOUT_MS = 300_000;

/** Appends only where the file has the expected length, so that a repeated piece cannot be written twice; a piece cut short is cut off again. */
const APPEND = [
  'set -euo pipefail',
  '[ "$(stat -c %s "$1")" = "$2" ] || { echo "$1 has not the expected length $2; another run uploads too" >&2; exit 1; }',
  'cat >>"$1"',
  'end=$(($2 + $3))',
  '[ "$(stat -c %s "$1")" = "$end" ] || { truncate -s "$2" "$1"; echo "a piece did not arrive whole" >&2; exit 1; }',
].join('\n');

export interface Media {
  readonly zip: string;
  readonly sha256: string;
}

/** The node's script made an empty or partial `<state>/media/<sha256>.zip`; its checksum is verified there after the last piece. */
export async function uploadMedia(remote: Remote, media: Media, state: string, present: number): Promise<void> {
  const file = await open(media.zip, 'r');
  try {
    const { size } = await file.stat();
    if (present > size) {
      throw tooLong(remote.host, media, state);
    }
    for (let offset = present; offset < size; offset += PIECE_BYTES) {
      const piece = await readPiece(file, offset);
      const argv = [
        'bash',
        '-c',
        APPEND,
        'kingbase',
        `${state}/media/${media.sha256}.zip`,
        String(offset),
        String(piece.length),
      ];
      const label = `upload ${media.zip} (${Math.round((offset * 100) / size)} % there)`;
      await remote.exec(argv, { stdin: piece, label, timeoutMs: PIECE_TIMEOUT_MS });
    }
  } finally {
    await file.close();
  }
}

async function readPiece(file: FileHandle, offset: number): Promise<Buffer> {
  const buffer = Buffer.alloc(PIECE_BYTES);
  const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, offset);
  return buffer.subarray(0, bytesRead);
}

export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function tooLong(host: string, media: Media, state: string): KingbaseError {
  return new KingbaseError({
    code: 'install/upload-mismatch',
    path: host,
    message: `${state}/media/${media.sha256}.zip is longer than ${media.zip}`,
    hint: 'Remove that file on the host and run again.',
  });
}
