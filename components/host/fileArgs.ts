/** Rendered files as inputs of a resource: by path, so that drift and changes are shown per path. */
import type { RenderedFile } from '../../core/render/types';
import type { FileArgs, FilesArgs, SecretFilesArgs } from '../hostArgs';

export function toFilesArgs(files: readonly RenderedFile[]): FilesArgs {
  return byPath(files, ({ text, mode, owner, onChange, block }): FileArgs => ({
    text,
    mode,
    owner,
    ...(onChange === undefined || onChange === 'none' ? {} : { onChange }),
    ...(block === undefined ? {} : { block }),
  }));
}

export function toSecretFilesArgs(files: readonly RenderedFile[]): SecretFilesArgs['files'] {
  return byPath(files, ({ text, mode, owner }) => ({ template: text, mode, owner }));
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
