// What rules about KWDB look at.
import { isHost, type Read } from './judged';
import type { PolicyResource, SubjectKind, Subjects } from './types';

export const KWDB_TYPE = 'kwdb:dr:WalSettings';
export const KWDB_BACKUP_TYPE = 'kwdb:dr:Backup';

interface KwdbBackupProps {
  readonly backup: Pick<Subjects['kwdbBackups'], 'longestGapSeconds' | 'verifyGapSeconds'>;
  readonly observed: Subjects['kwdbBackups']['observed'];
}

type KwdbKind = Extract<SubjectKind, 'kwdb' | 'kwdbBackup' | 'kwdbBackups' | 'kwdbLevels'>;

export const kwdbReaders: { readonly [K in KwdbKind]: Read<K> } = {
  kwdb: (resource) => {
    if (resource.type !== KWDB_TYPE) return undefined;
    const { cluster, ...value } = resource.props as unknown as Subjects['kwdb'] & { readonly cluster: string };
    return { cluster, value };
  },
  kwdbBackup: (resource) => {
    if (resource.type !== KWDB_BACKUP_TYPE) return undefined;
    const { cluster, ...value } = resource.props as unknown as Subjects['kwdbBackup'] & { readonly cluster: string };
    return { cluster, value };
  },
  kwdbBackups: (resource, { target }) => {
    if (!isHost(resource, 'KwdbBackup')) return undefined;
    const { backup, observed } = resource.props as unknown as KwdbBackupProps;
    const { cluster } = target;
    const { longestGapSeconds, verifyGapSeconds } = backup;
    return { cluster, value: { cluster, longestGapSeconds, verifyGapSeconds, observed } };
  },
  kwdbLevels: (resource) => {
    if (!isHost(resource, 'KwdbWal')) return undefined;
    const { cluster, observed } = resource.props as unknown as Subjects['kwdbLevels'];
    return { cluster, value: { cluster, observed } };
  },
};

export function kwdbOf(resources: readonly PolicyResource[]): Subjects['stack']['kwdb'] {
  const named = (wanted: string): readonly string[] =>
    resources.flatMap(({ type, props: { cluster } }) =>
      type === wanted && typeof cluster === 'string' ? [cluster] : [],
    );
  const saved = new Set(named(KWDB_BACKUP_TYPE));
  return named(KWDB_TYPE).map((cluster) => ({ cluster, saved: saved.has(cluster) }));
}
