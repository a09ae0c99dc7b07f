/** Rendered files as inputs of a resource: by path, so that drift and changes are shown per path. */
import { createHash } from 'node:crypto';
import type { RenderedFile } from '../../core/render/types';
import type { FileArgs, FilesArgs, SecretFilesArgs } from '../hostArgs';

export function toFilesArgs(files: readonly RenderedFile[]): FilesArgs {
  return byPath(files, ({ text, program, mode, owner, onChange, block }): FileArgs => ({
    ...(program === undefined ? { text } : { text: '', program, sha256: sha256Of(text) }),
    mode,
    owner,
    ...(onChange === undefined || onChange === 'none' ? {} : { onChange }),
    ...(block === undefined ? {} : { block }),
  }));
}

export function toSecretFilesArgs(files: readonly RenderedFile[]): SecretFilesArgs['files'] {
  return byPath(files, ({ text, mode, owner }) => ({ template: text, mode, owner }));
}

/** Each program is on every node: one digest does for all. */
const digests = new Map<string, string>();

function sha256Of(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(text).digest('hex');
  digests.set(text, digest);
  return digest;
}

function byPath<T>(files: readonly RenderedFile[], convert: (file: RenderedFile) => T): Record<string, T> {
  const result: Record<string, T> = {};
  for (const file of files) {
    if (file.path in result) {
      throw new Error(`two rendered files for one path: ${file.path}`);
    }
    result[file.path] = convert(file);
  }
  return result;
}
