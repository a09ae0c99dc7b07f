/** sys_rman.conf → its keys with section and line. */
import type { FileText } from './types';

export interface ConfKey {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** `/kbrepo/sys_rman.conf:12` */
  readonly place: string;
}

export function confKeys(file: FileText | null): ConfKey[] {
  let section = '';
  return (file?.text ?? '').split('\n').flatMap((line, at) => {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const [, key, value] = /^\s*([a-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined || file === null
      ? []
      : [{ section, key, value, place: `${file.path}:${at + 1}` }];
  });
}
