/** The files of a member that lie in its data directory, and its cron line: put there once the data exists, the cron line last of all. */
import { fillPreload, PRELOAD_PLACEHOLDER } from '../core/observe/preload';
import type { NodeTarget } from '../core/topology/nodeTarget';
import { applyFiles, observeFiles, type Drift, type NodeFile, type NodeFiles } from './nodeFiles';
import type { Remote } from './remote';

export function cronFiles(files: NodeFiles): NodeFiles {
  return select(files, (file) => file.onChange === 'cron');
}

export function dataFiles(files: NodeFiles): NodeFiles {
  return select(files, (file) => file.onChange !== 'cron');
}

export async function applyDataFiles(
  remote: Remote,
  target: NodeTarget,
  files: NodeFiles,
  removed: NodeFiles = {},
): Promise<Drift> {
  return applyFiles(remote, target, await filledFiles(remote, dataFiles(files)), dataFiles(removed));
}

/** Data files and cron line together. */
export async function observeDatabaseFiles(remote: Remote, target: NodeTarget, files: NodeFiles): Promise<Drift> {
  return observeFiles(remote, target, await filledFiles(remote, files));
}

/** `@@node:preload@@` becomes the list of libraries that the node's own build loads. */
async function filledFiles(remote: Remote, files: NodeFiles): Promise<NodeFiles> {
  const filled = Object.entries(files).map(async ([path, file]): Promise<[string, NodeFile]> => {
    if (!file.text.includes(PRELOAD_PLACEHOLDER)) {
      return [path, file];
    }
    const existing = (await remote.get(path))?.toString('utf8') ?? '';
    return [path, { ...file, text: fillPreload(file.text, existing, file.block ?? '') }];
  });
  return Object.fromEntries(await Promise.all(filled));
}

function select(files: NodeFiles, keep: (file: NodeFile) => boolean): NodeFiles {
  return Object.fromEntries(Object.entries(files).filter(([, file]) => keep(file)));
}
