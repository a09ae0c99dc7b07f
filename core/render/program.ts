/** A program of this package lands on a node as it is. */
import { LIBRARY_DIRECTORY } from '../topology/planPaths';
import { PROGRAM, type TemplateSet } from './template';
import type { OnChange, RenderedFile } from './types';

/** `name`: as it is called below templates/os, and below the library directory of the node. */
export function programFile(name: string, templates: TemplateSet, onChange: OnChange): RenderedFile {
  const text = templates[`${PROGRAM}os/${name}`];
  if (text === undefined) throw new Error(`there is no program os/${name}`);
  return {
    path: `${LIBRARY_DIRECTORY}/${name}`,
    text,
    program: `os/${name}`,
    mode: '0755',
    owner: 'root:root',
    onChange,
  };
}
