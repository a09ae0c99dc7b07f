/** A program of ours as it is, in the library on a node of KWDB. */
import { PROGRAM, type TemplateSet } from '../../render/template';
import type { RenderedFile } from '../../render/types';
import { KWDB_LIBRARY } from './paths';

export function program(templates: TemplateSet, path: string, name: string, mode: string): RenderedFile {
  const text = templates[`${PROGRAM}${name}`];
  if (text === undefined) throw new Error(`there is no program ${name}`);
  return { path: `${KWDB_LIBRARY}/${path}`, text, program: name, mode, owner: 'root:root', onChange: 'none' };
}
