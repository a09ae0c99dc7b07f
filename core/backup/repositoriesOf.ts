/** The repositories that a node keeps, or reaches for the others: those of its own sys_rman.conf, in its order. */
import type { BackupPlacement, RepositorySpec } from './types';

interface Declared {
  readonly placement: BackupPlacement;
  readonly repositories: readonly RepositorySpec[];
}

/** With perNode each database node keeps every one of them. */
export function repositoriesOf({ placement, repositories }: Declared, node: string): readonly RepositorySpec[] {
  return repositories.filter((repository) => placement === 'perNode' || repository.node === node);
}
