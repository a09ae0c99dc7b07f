// Where backups go: nodes that exist and can hold them, directories of their own, forms that the version has.
import type { BackupSpec, RepositorySpec } from '../../backup/types';
import type { Finding } from '../../finding';
import { nearestName } from '../../text/nearestName';
import { STATE_DIRECTORY } from '../../topology/planPaths';
import type { ClusterSpec } from '../types';
import { checkDirectory, isInside } from './directories';
import type { Given, Rule } from './rule';

export const backupRepository: Rule = (spec, given) => {
  const { backup } = spec;
  if (backup === undefined) return [];
  const form = wrongForm(given);
  if (form.length > 0) return form;
  return [
    ...backup.repositories.flatMap((repository, index) => wrongNode(spec, repository, pathOf(index, 'node'))),
    ...backup.repositories.flatMap((repository, index) => wrongPath(spec, repository, pathOf(index, 'path'))),
    ...twice(backup.repositories),
    ...severalRepositories(backup),
    ...newerForms(spec, given),
    ...otherArchive(given),
  ];
};

function pathOf(index: number, field: 'node' | 'path'): string {
  if (index > 0) return `backup.secondary[${index - 1}].${field}`;
  return field === 'node' ? 'backup.repository' : 'backup.path';
}

function wrongForm(given: Given): Finding[] {
  const repository: unknown = given.backup?.repository;
  if (typeof repository !== 'object' || repository === null) return [];
  const keys = Object.keys(repository);
  if (keys.length === 1 && (repository as { kind?: unknown }).kind === 'perNode') return [];
  return [
    {
      code: 'spec/backup-repository',
      path: 'backup.repository',
      message: `${JSON.stringify(repository)} is neither a node's name nor {kind: perNode}`,
      hint: 'write the name of the node that holds the repository, for example `repository: repo`.',
    },
  ];
}

function wrongNode(spec: ClusterSpec, { node, kind }: RepositorySpec, path: string): Finding[] {
  if (node === undefined) return [];
  const found = spec.nodes.find(({ name }) => name === node);
  const code = 'spec/backup-repository';
  if (found === undefined) {
    const names = spec.nodes.map(({ name }) => name);
    const near = nearestName(node, names);
    const hint = near === undefined ? `the nodes are: ${names.join(', ')}.` : `did you mean ${near}?`;
    return [{ code, path, message: `there is no node "${node}"`, hint }];
  }
  if (found.role === 'witness') {
    return [
      { code, path, message: `${node} is the witness`, hint: 'take a node of role repository, or a database node.' },
    ];
  }
  if (path !== 'backup.repository' && kind === 'posix' && found.role !== 'repository') {
    const hint = 'a further repository belongs on another host: take a node of role repository.';
    return [{ code, path, message: `${node} is a database node`, hint }];
  }
  return [];
}

/** Of an object store, too: sys_rman.conf lies in a directory of that name on every node. */
function wrongPath({ directories, os }: ClusterSpec, { path: own }: RepositorySpec, path: string): Finding[] {
  const unfit = checkDirectory(path, own);
  if (unfit.length > 0) return unfit;
  const code = 'spec/backup-path';
  if (own === os.home) {
    const hint = `take one below it, for example ${own}/kbbr_repo.`;
    return [{ code, path, message: `${own} is the home directory of ${os.user}`, hint }];
  }
  const taken = {
    'directories.data': directories.data,
    'directories.wal': directories.wal,
    'directories.prefix': directories.prefix,
    'our ledger': STATE_DIRECTORY,
  };
  const hint = 'take a directory of its own, best on a disk of its own.';
  return Object.entries(taken).flatMap(([name, directory]) =>
    directory !== undefined && directory !== '' && (isInside(own, directory) || isInside(directory, own))
      ? [{ code, path, message: `${own} and ${name} (${directory}) lie within one another`, hint }]
      : [],
  );
}

function twice(repositories: readonly RepositorySpec[]): Finding[] {
  const keys = repositories.map((one) =>
    one.kind === 's3' ? `${one.endpoint}/${one.bucket}${one.path}` : `${one.node}:${one.path}`,
  );
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [
          {
            code: 'spec/backup-repository',
            path: `backup.secondary[${index - 1}]`,
            message: `is the same place as ${keys.indexOf(key) === 0 ? 'the first repository' : `backup.secondary[${keys.indexOf(key) - 1}]`}`,
            hint: 'a second repository is worth something on another host or disk only.',
          },
        ],
  );
}

/** The vendor's multi-repo: posix only, and an internal primary cannot back up any more after a switch (facts 8.1, 8.9). */
function severalRepositories({ placement, repositories }: BackupSpec): Finding[] {
  if (repositories.length === 1) return [];
  const code = 'spec/backup-repository';
  const path = 'backup.secondary';
  const hint = 'let backup.repository be a node of role repository, or leave backup.secondary out.';
  if (placement === 'perNode') {
    return [{ code, path, message: 'is given while every node keeps a repository of its own', hint }];
  }
  if (placement === 'internal') {
    const message = 'is given while the first repository is a database node: as primary it would not fill the others';
    return [{ code, path, message, hint }];
  }
  return repositories.some(({ kind }) => kind === 's3')
    ? [{ code, path, message: 'several repositories can only be directories, not object stores', hint: S3_HINT }]
    : [];
}

const S3_HINT = 'keep either backup.s3 alone, or directories only.';

/** Disk limits are not among them: status and policies judge those in any case. */
const NEWER_RESOURCES = ['bandwidthMBs', 'ioTimeoutSeconds', 'nonArchivedSpaceMiB'] as const;

/** Rows that the facts tag as newer: C8 and later, V9. */
function newerForms({ archive, backup, version }: ClusterSpec, given: Given): Finding[] {
  if (backup === undefined || backup.newerKeys) return [];
  const hint = `the ${version} builds before C8 do not have it; where yours does, set backup.newerKeys: true.`;
  const finding = (path: string, message: string): Finding => ({ code: 'spec/backup-newer', path, message, hint });
  return [
    ...(backup.placement === 'perNode'
      ? [finding('backup.repository', 'perNode is the single-pro of newer builds')]
      : []),
    ...(backup.repositories.length > 1 ? [finding('backup.secondary', 'several repositories need a newer build')] : []),
    ...(backup.repositories[0]?.kind === 's3' ? [finding('backup.s3', 'object stores need a newer build')] : []),
    // `check` refuses it unless it is told archive-mode-check=n.
    ...(archive.mode === 'always' && backup.placement !== 'perNode'
      ? [finding('archive.mode', 'always needs archive-mode-check, a key of newer builds')]
      : []),
    ...NEWER_RESOURCES.filter((field) => given.backup?.resources?.[field] !== undefined).map((field) =>
      finding(`backup.resources.${field}`, 'would not be written: older builds do not know the key'),
    ),
  ];
}

function otherArchive(given: Given): Finding[] {
  const fields = (['to', 'command'] as const).filter((field) => given.archive?.[field] !== undefined);
  return fields.map((field) => ({
    code: 'spec/archive-command',
    path: `archive.${field}`,
    message: 'is given while backup is declared: WAL goes to its repository',
    hint: `take archive.${field} away; archive.mode may stay.`,
  }));
}
