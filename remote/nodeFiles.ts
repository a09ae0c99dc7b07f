/** Puts, compares and takes away our files on a node: one script and one round trip for any number of files. */
import { createHash } from 'node:crypto';
import { KingbaseError } from '../core/finding';
import type { OnChange } from '../core/render/types';
import { nodeProgram, nodeScript } from './nodeScripts';
import type { Remote } from './remote';

export interface NodeFile {
  readonly text: string;
  /** Below templates/ of this package, in place of `text`, with the digest of what was asked for. */
  readonly program?: string;
  readonly sha256?: string;
  /** Octal, four digits. */
  readonly mode: string;
  /** user:group */
  readonly owner: string;
  readonly onChange?: OnChange;
  /** Only the lines between `# BEGIN <block>` and `# END <block>` are ours. */
  readonly block?: string;
}

/** By absolute path, or `crontab:<user>` with a block. */
export type NodeFiles = Readonly<Record<string, NodeFile>>;

/**
 * unit: the service of this unit file was stopped or disabled.
 * paused: an operator commented the watchdog's cron line out; reported, never repaired.
 */
export type FileDrift = 'missing' | 'content' | 'mode' | 'owner' | 'unit' | 'paused';
export type Drift = Readonly<Record<string, FileDrift>>;

export interface FileHost {
  readonly state: string;
  readonly repmgrdPid?: string;
}

type Operation = 'observe' | 'apply' | 'remove' | 'purge';

const TIMEOUT_MS = 120_000;

/** What differs from `files` on the node; empty where nothing does. */
export async function observeFiles(remote: Remote, host: FileHost, files: NodeFiles): Promise<Drift> {
  return differences(await run(remote, host, items('observe', files), 'compare files'));
}

/** Takes `removed` away, writes what differs, then runs each action whose files changed. Returns what was repaired, and what stays paused. */
export async function applyFiles(
  remote: Remote,
  host: FileHost,
  files: NodeFiles,
  removed: NodeFiles = {},
): Promise<Drift> {
  const lines = [...items('remove', removed), ...items('apply', files)];
  const applied = differences(await run(remote, host, lines, 'write files'));
  return Object.fromEntries(Object.entries(applied).filter(([path]) => path in files));
}

/**
 * Takes blocks and files of ours away and puts back what was there before us. Returns paths left alone because their text is not ours any more;
 * with `evenIfEdited` those go too (files with secrets).
 */
export async function removeFiles(
  remote: Remote,
  host: FileHost,
  files: NodeFiles,
  evenIfEdited = false,
): Promise<string[]> {
  const verdicts = await run(remote, host, items(evenIfEdited ? 'purge' : 'remove', files), 'remove files');
  return [...verdicts].filter(([, verdict]) => verdict === 'left').map(([path]) => path);
}

function items(operation: Operation, files: NodeFiles): string[] {
  return Object.entries(files).map(([path, file]) =>
    [
      operation,
      file.block === undefined ? 'whole' : 'block',
      encode(path),
      file.mode,
      file.owner,
      encode(file.block ?? ''),
      file.onChange ?? 'none',
      file.sha256 ?? sha256Of(file.text),
      // Only who writes needs the text; comparing and taking away go by the digest.
      encode(operation === 'apply' ? textOf(file) : file.text),
    ].join(' '),
  );
}

function textOf({ text, program, sha256 }: NodeFile): string {
  if (program === undefined) return text;
  const found = nodeProgram(program);
  if (sha256Of(found) === sha256) return found;
  throw new KingbaseError({
    code: 'files/other-program',
    path: program,
    message: 'the text of this package is another one than the program declared',
    hint: 'The package was changed while this ran: run it again.',
  });
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function run(
  remote: Remote,
  host: FileHost,
  lines: readonly string[],
  label: string,
): Promise<Map<string, string>> {
  if (lines.length === 0) {
    return new Map();
  }
  const env = { STATE: host.state, REPMGRD_PID: host.repmgrdPid ?? '', ITEMS: lines.join('\n') };
  const { stdout } = await remote.script(nodeScript('files.sh'), env, { label, timeoutMs: TIMEOUT_MS });
  const verdicts = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
  return new Map(
    verdicts.map((line) => {
      const [path = '', verdict = ''] = line.split('\t');
      return [Buffer.from(path, 'base64').toString('utf8'), verdict];
    }),
  );
}

function differences(verdicts: ReadonlyMap<string, string>): Drift {
  const found = [...verdicts].filter(
    ([, verdict]) => verdict !== 'same' && verdict !== 'removed' && verdict !== 'left',
  );
  return Object.fromEntries(found.map(([path, verdict]) => [path, verdict as FileDrift]));
}

function encode(text: string): string {
  return text === '' ? '-' : Buffer.from(text, 'utf8').toString('base64');
}
