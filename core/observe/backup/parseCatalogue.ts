/** `sys_rman info --output=json` → Catalogue. undefined where the text is no such document: nothing is guessed. */
import type { ArchiveRange, BackupSet, Catalogue } from '../../backup/observation';
import type { BackupKind } from '../../backup/types';

interface RawBackup {
  readonly label: string;
  readonly type: string;
  readonly error?: boolean | null;
  readonly reference?: readonly string[] | null;
  readonly database?: { readonly id?: number; readonly 'repo-key'?: number };
  readonly archive?: { readonly start?: string | null; readonly stop?: string | null };
  readonly timestamp?: { readonly start?: number; readonly stop?: number };
  readonly info?: { readonly size?: number; readonly repository?: { readonly delta?: number; readonly size?: number } };
}

interface RawStanza {
  readonly name: string;
  readonly cipher?: string;
  readonly status?: {
    readonly code?: number;
    readonly message?: string;
    readonly lock?: { readonly backup?: { readonly held?: boolean } };
  };
  readonly repo?: readonly { readonly key?: number; readonly status?: { readonly code?: number } }[];
  readonly backup?: readonly RawBackup[];
  readonly archive?: readonly {
    readonly id: string;
    readonly min?: string | null;
    readonly max?: string | null;
    readonly database?: { readonly id?: number; readonly 'repo-key'?: number };
  }[];
  readonly db?: readonly { readonly id: number; readonly 'system-id'?: string; readonly version?: string }[];
}

const KINDS: Readonly<Record<string, BackupKind>> = { full: 'full', diff: 'differential', incr: 'incremental' };

export function parseCatalogue(stanza: string, json: string): Catalogue | undefined {
  const raw = findStanza(stanza, json);
  return raw?.status?.code === undefined
    ? undefined
    : {
        stanza,
        statusCode: raw.status.code,
        statusMessage: raw.status.message ?? '',
        ...(raw.repo === undefined ? {} : { repositoryCodes: codesOf(raw.repo) }),
        cipher: raw.cipher ?? 'none',
        backups: (raw.backup ?? []).flatMap(toBackup),
        archives: (raw.archive ?? []).map(toArchive),
        databases: (raw.db ?? []).map((row) => ({
          id: row.id,
          systemIdentifier: String(row['system-id'] ?? ''),
          version: row.version ?? '',
        })),
        locked: raw.status.lock?.backup?.held === true,
      };
}

function codesOf(repositories: NonNullable<RawStanza['repo']>): number[] {
  return repositories.flatMap(({ status }) => (status?.code === undefined ? [] : [status.code]));
}

function findStanza(stanza: string, json: string): RawStanza | undefined {
  try {
    // A system identifier has more digits than a number of JSON keeps.
    const whole = json.replace(/("system-id"\s*:\s*)(\d+)/g, '$1"$2"');
    const found = JSON.parse(whole) as readonly RawStanza[];
    return Array.isArray(found) ? (found as readonly RawStanza[]).find((each) => each.name === stanza) : undefined;
  } catch {
    return undefined;
  }
}

/** page (V9) rests on another backup as an incremental one does. */
function toBackup(raw: RawBackup): BackupSet[] {
  const { start, stop } = raw.timestamp ?? {};
  if (start === undefined || stop === undefined) return [];
  return [
    {
      label: raw.label,
      kind: KINDS[raw.type] ?? 'incremental',
      repository: raw.database?.['repo-key'] ?? 1,
      startSeconds: start,
      stopSeconds: stop,
      walStart: raw.archive?.start ?? '',
      walStop: raw.archive?.stop ?? '',
      databaseBytes: raw.info?.size ?? 0,
      repositoryBytes: raw.info?.repository?.delta ?? raw.info?.repository?.size ?? 0,
      references: raw.reference ?? [],
      error: raw.error === true,
      databaseId: raw.database?.id ?? 0,
    },
  ];
}

function toArchive(raw: NonNullable<RawStanza['archive']>[number]): ArchiveRange {
  return {
    id: raw.id,
    repository: raw.database?.['repo-key'] ?? 1,
    databaseId: raw.database?.id ?? 0,
    min: raw.min ?? null,
    max: raw.max ?? null,
  };
}
