/** What is due on a host that runs backups, from what its repository holds. It never takes over or removes what another cluster wrote. */
import type { Finding } from '../finding';
import type { BackupNodeObservation } from '../observe/backup/types';
import type { Catalogue } from './observation';
import type { BackupTarget } from './types';

export type BackupStep = 'stanzaCreate' | 'check' | 'full';

export type BackupDecision =
  | { readonly kind: 'refuse'; readonly finding: Finding }
  | { readonly kind: 'steps'; readonly steps: readonly BackupStep[] };

export interface BackupWish {
  /** After a change of paths, hosts or repository: the stanza is confirmed and a full backup made. */
  readonly identityChanged: boolean;
  /** Of this run: checks also where nothing else is due. */
  readonly check: boolean;
  /** Hosts on which a stanza was made before, in this very place: where it is missing there, a volume may be. */
  readonly known?: readonly string[];
}

/** pgBackRest's codes: 1 missing stanza path, 2 no valid backups, 3 missing stanza data. */
const ABSENT = [1, 3];
const EMPTY = 2;
/** Its repositories are not in one state. */
const MIXED = 4;

export function decideBackup(
  target: BackupTarget,
  host: BackupNodeObservation,
  systemIdentifier: string,
  wish: BackupWish,
): BackupDecision {
  const { catalogue } = host;
  if (!host.conf) {
    return refuse(
      host.name,
      'backup/no-configuration',
      `${target.conf} is not there`,
      'Run `pulumi up --refresh`: it writes the file again.',
    );
  }
  if (catalogue === undefined) {
    return refuse(
      host.name,
      'backup/unreadable',
      `the repository of stanza ${target.stanza} could not be read: ${host.catalogueReason ?? 'no answer'}`,
      'Correct the cause on that host, then run again. Nothing was changed.',
    );
  }
  const codes = codesOf(catalogue);
  const isAbsent = codes.some((code) => ABSENT.includes(code));
  if (isAbsent && wish.known?.includes(host.name) === true) {
    return refuse(
      host.name,
      'backup/repository-missing',
      `stanza ${target.stanza} was made in ${pathOf(target)} before, and nothing of it is there`,
      'Is its volume mounted? Mount it, and run again. Only if the backups are lost: `pulumi up --replace <urn of this resource>` begins anew there, with a full backup. Nothing was changed.',
    );
  }
  if (codes.every((code) => ABSENT.includes(code))) {
    return { kind: 'steps', steps: ['stanzaCreate', 'check', 'full'] };
  }
  const foreign = foreignSystem(catalogue, systemIdentifier);
  if (foreign !== undefined) {
    return refuse(
      host.name,
      'backup/foreign-stanza',
      `stanza ${target.stanza} in ${pathOf(target)} belongs to another database (system ${foreign}), and this cluster is system ${systemIdentifier}; nothing was changed or removed`,
      `Give this cluster another backup.stanza or backup.path. Only if that database is gone for good and its backups are not needed: move ${pathOf(target)} away by hand.`,
    );
  }
  if (codes.some((code) => ![0, EMPTY, ...ABSENT].includes(code))) {
    return refuse(
      host.name,
      'backup/repository-fault',
      `sys_rman says of stanza ${target.stanza}: ${catalogue.statusMessage} (code ${catalogue.statusCode})`,
      `Look at it on ${host.name}: sys_rman --config=${target.conf} --stanza=${target.stanza} info. Nothing was changed.`,
    );
  }
  const isNew = wish.identityChanged || isAbsent;
  const needsFull = isNew || !hasFull(catalogue, systemIdentifier);
  const due: BackupStep[] = [
    ...(isNew ? (['stanzaCreate'] as const) : []),
    ...(wish.check || needsFull ? (['check'] as const) : []),
    ...(needsFull ? (['full'] as const) : []),
  ];
  return { kind: 'steps', steps: due };
}

/** Of each repository, where they differ: one that was added is absent or empty beside one that is full. */
function codesOf({ statusCode, repositoryCodes = [] }: Catalogue): readonly number[] {
  return statusCode === MIXED && repositoryCodes.length > 0 ? repositoryCodes : [statusCode];
}

/** The stanza is there, in each repository. */
export function hasStanza(catalogue: Catalogue): boolean {
  return !codesOf(catalogue).some((code) => ABSENT.includes(code));
}

/** A whole, undamaged full backup of this database, and no repository without one. */
export function hasFull(catalogue: Catalogue, systemIdentifier: string): boolean {
  if (codesOf(catalogue).includes(EMPTY)) return false;
  const own = catalogue.databases.filter((row) => row.systemIdentifier === systemIdentifier).map(({ id }) => id);
  return catalogue.backups.some((set) => set.kind === 'full' && !set.error && own.includes(set.databaseId));
}

/** The stanza speaks for its newest database. */
export function foreignSystem(catalogue: Catalogue, systemIdentifier: string): string | undefined {
  const newest = catalogue.databases.at(-1)?.systemIdentifier;
  return newest === undefined || newest === systemIdentifier ? undefined : newest;
}

function pathOf({ repositories }: BackupTarget): string {
  return repositories[0]?.path ?? 'the repository';
}

function refuse(path: string, code: string, message: string, hint: string): BackupDecision {
  return { kind: 'refuse', finding: { code, path, message, hint } };
}
