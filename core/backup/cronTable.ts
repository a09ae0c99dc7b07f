/**
 * Our entries in the cron tables of a host: one active entry per job, in one place, whatever stands around them. The tables are others' files:
 * only the lines between our marks are ours, and entries of the vendor's script for the same stanza are a conflict, never overlooked.
 */
import { CRON_FILE } from '../topology/cronFile';
import type { Finding } from '../finding';
import type { BackupCronLine, BackupTarget } from './types';

/** Beside the block of the watchdog's line, and apart from it: each belongs to a resource of its own. */
export const BACKUP_BLOCK = 'pulumi-kingbase-backup';

export type CronPlace = 'file' | 'crontab';

/** Texts as they were read; undefined where there is none. */
export type CronTables = Readonly<Record<CronPlace, string | undefined>>;

/** changed: another text than declared. paused: commented out, which is an operator's decision. */
export type EntryState = 'active' | 'paused' | 'changed' | 'missing';

export interface CronState {
  readonly entries: Readonly<Partial<Record<BackupCronLine['job'], EntryState>>>;
  /** Active entries of the vendor's script for this stanza, `place:line: text`. */
  readonly vendor: readonly string[];
  /** Further active copies of our entries, outside our block or in the other place. */
  readonly copies: readonly string[];
}

export type CronPlan =
  | { readonly kind: 'refuse'; readonly finding: Finding }
  | {
      readonly kind: 'write';
      /** Only those that change. */
      readonly tables: Readonly<Partial<Record<CronPlace, string>>>;
      /** Entries of the vendor's script that go, for the ledger. */
      readonly taken: readonly string[];
      readonly paused: readonly BackupCronLine['job'][];
    };

export interface CronRequest {
  readonly host: string;
  readonly stanza: string;
  readonly cron: BackupTarget['cron'];
  readonly vendorCronLines: BackupTarget['vendorCronLines'];
}

interface Line {
  readonly place: CronPlace;
  readonly number: number;
  readonly text: string;
  readonly isInside: boolean;
}

const PLACES: readonly CronPlace[] = ['file', 'crontab'];
const BEGIN = `# BEGIN ${BACKUP_BLOCK}`;
const END = `# END ${BACKUP_BLOCK}`;

export function readCron(tables: CronTables, request: CronRequest): CronState {
  const lines = linesOf(tables);
  const home = placeOf(request.cron);
  const inside = lines.filter(({ place, isInside }) => isInside && place === home);
  const entries = request.cron.lines.map(({ job, line }) => [job, stateOf(inside, job, line)] as const);
  return {
    entries: Object.fromEntries(entries),
    vendor: lines.filter((line) => isVendors(line, request.stanza)).map((line) => show(line, request.cron)),
    copies: copiesOf(lines, request).map((line) => show(line, request.cron)),
  };
}

/** Which tables to write so that each job has one active entry, or stays paused. Nothing where that is so already. */
export function planCron(tables: CronTables, request: CronRequest): CronPlan {
  const state = readCron(tables, request);
  const lines = linesOf(tables);
  const vendor = lines.filter((line) => isVendors(line, request.stanza));
  if (vendor.length > 0 && request.vendorCronLines === 'refuse') {
    return { kind: 'refuse', finding: vendorConflict(state, request) };
  }
  const foreign = vendor.filter((line) => isOfOtherRepository(line, request.cron));
  if (foreign.length > 0) {
    return { kind: 'refuse', finding: otherRepository(foreign, request) };
  }
  const gone = new Set([...vendor, ...copiesOf(lines, request)]);
  const home = placeOf(request.cron);
  const block = blockOf(request, state);
  const written = PLACES.flatMap((place): [CronPlace, string][] => {
    const own = lines.filter((line) => line.place === place && !gone.has(line));
    const text = compose(own, place === home ? block : []);
    return sameTable(text, tables[place]) ? [] : [[place, text]];
  });
  return {
    kind: 'write',
    tables: Object.fromEntries(written),
    taken: vendor.map(({ text }) => text),
    paused: request.cron.lines.map(({ job }) => job).filter((job) => state.entries[job] === 'paused'),
  };
}

/** The tables without our block. */
export function removeCron(tables: CronTables): Readonly<Partial<Record<CronPlace, string>>> {
  const lines = linesOf(tables);
  const written = PLACES.flatMap((place): [CronPlace, string][] => {
    const text = compose(
      lines.filter((line) => line.place === place),
      [],
    );
    return sameTable(text, tables[place]) ? [] : [[place, text]];
  });
  return Object.fromEntries(written);
}

function placeOf({ form }: BackupTarget['cron']): CronPlace {
  return form === 'cron.d' ? 'file' : 'crontab';
}

/** Marks are no lines; a begin whose end was cut away counts alone. */
function linesOf(tables: CronTables): Line[] {
  return PLACES.flatMap((place) => {
    const texts = (tables[place] ?? '').split('\n');
    const from = texts.indexOf(BEGIN);
    const end = from < 0 ? -1 : texts.indexOf(END, from);
    const to = from < 0 ? -1 : end < 0 ? from : end;
    return texts.flatMap((text, at): Line[] =>
      at === from || at === end
        ? [{ place, number: at + 1, text: MARK, isInside: true }]
        : [{ place, number: at + 1, text, isInside: at > from && at < to }],
    );
  });
}

/** Stands where our block was. */
const MARK = '\u0000';

function isActive({ text }: Line): boolean {
  return !/^\s*(#|$)/.test(text) && text !== MARK;
}

function jobOf({ text }: Line): string | undefined {
  return /backup-job\.sh\s+([A-Za-z0-9-]+)\s/.exec(text)?.[1];
}

/** `sys_rman … --stanza=<ours> … backup` without our script around it, as sys_backup.sh writes it; old builds call it sys_rman_v6. */
function isVendors(line: Line, stanza: string): boolean {
  return (
    isActive(line) &&
    jobOf(line) === undefined &&
    /\bsys_rman(_v6)?\s.*\sbackup(\s|>|$)/.test(line.text) &&
    new RegExp(`--stanza[= ]${escape(stanza)}(\\s|$)`).test(line.text)
  );
}

/** Two clusters may have the same stanza on one host, the vendor's default: whose backups they are, the directory of sys_rman.conf says. */
function isOfOtherRepository({ text }: Line, { lines }: CronRequest['cron']): boolean {
  const own = lines.flatMap(({ line }) => directoryOf(line) ?? []);
  const named = directoryOf(text);
  return named !== undefined && own.length > 0 && !own.includes(named);
}

function directoryOf(text: string): string | undefined {
  return /--config[= ](\S+)\/[^/\s]+/.exec(text)?.[1];
}

/** Active entries that call our script for this stanza where they do not belong, or twice. The drill's names no stanza: it is one per host. */
function copiesOf(lines: readonly Line[], { stanza, cron }: CronRequest): Line[] {
  const home = placeOf(cron);
  const seen = new Set<string>();
  return lines.filter((line) => {
    const job = jobOf(line);
    if (job === undefined || !isActive(line) || !cron.lines.some((each) => each.job === job)) return false;
    const named = /--stanza[= ](\S+)/.exec(line.text)?.[1];
    if (named !== undefined && named !== stanza) return false;
    const isFirst = line.isInside && line.place === home && !seen.has(job);
    if (isFirst) seen.add(job);
    return !isFirst;
  });
}

function stateOf(inside: readonly Line[], job: string, wanted: string): EntryState {
  const own = inside.filter((line) => jobOf(line) === job);
  const active = own.filter(isActive);
  if (active.length > 0) {
    return active[0]?.text === wanted ? 'active' : 'changed';
  }
  return own.length > 0 ? 'paused' : 'missing';
}

function blockOf({ cron }: CronRequest, state: CronState): string[] {
  return cron.lines.length === 0
    ? []
    : [BEGIN, NOTE, ...cron.lines.map(({ job, line }) => (state.entries[job] === 'paused' ? `#${line}` : line)), END];
}

const NOTE = '# Backups of the cluster. To pause one, comment it out; it stays so until it is commented in again.';

/** The block where it stood, or at the end. Our note outside is what a block whose end was cut away left behind. */
function compose(lines: readonly Line[], block: readonly string[]): string {
  const at = lines.findIndex(({ text }) => text === MARK);
  const outside = (part: readonly Line[]): string[] =>
    part.filter(({ isInside, text }) => !isInside && text !== NOTE).map(({ text }) => text);
  const head = outside(at < 0 ? lines : lines.slice(0, at));
  const tail = outside(at < 0 ? [] : lines.slice(at));
  while (at < 0 && head.at(-1) === '') head.pop();
  const all = [...head, ...block, ...tail];
  while (all.at(-1) === '') all.pop();
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}

function sameTable(text: string, old: string | undefined): boolean {
  return text.replace(/\n+$/, '') === (old ?? '').replace(/\n+$/, '');
}

function show({ place, number, text }: Line, { path }: BackupTarget['cron']): string {
  const name = place === 'file' ? (path.startsWith('/') ? path : CRON_FILE) : 'crontab';
  return `${name}:${number}: ${text}`;
}

function vendorConflict({ vendor }: CronState, { host, cron, stanza }: CronRequest): Finding {
  const ours = cron.lines.map(({ line }) => `\n  ${line}`).join('');
  return {
    code: 'backup/vendor-cron-lines',
    path: host,
    message: `sys_backup.sh has entries of its own for stanza ${stanza}, and with ours each backup would run twice:${vendor
      .map((line) => `\n  ${line}`)
      .join('')}\ndeclared are:${ours}`,
    hint: 'Take them out (sys_backup.sh stop), or set backup.vendorCronLines to replace: they are then taken out and kept in the ledger. Nothing was changed.',
  };
}

function otherRepository(foreign: readonly Line[], { host, cron, stanza }: CronRequest): Finding {
  return {
    code: 'backup/foreign-cron-lines',
    path: host,
    message: `sys_backup.sh has entries for a stanza ${stanza} of another repository, which may be another cluster's backups:${foreign
      .map((line) => `\n  ${show(line, cron)}`)
      .join('')}`,
    hint: "If they are another cluster's, give this one another backup.stanza. If they are this cluster's from before, take them out by hand (sys_backup.sh stop). Nothing was changed.",
  };
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
