/** A file before its template is filled in. */
import type { ClusterPlan } from '../topology/types';
import type { Format } from './escape';
import { renderTemplate, type TemplateSet, type View } from './template';
import type { OnChange, RenderedFile } from './types';

export interface Draft {
  readonly path: string;
  readonly template: string;
  readonly format: Format;
  readonly view: View;
  /** Default 0644. */
  readonly mode?: string;
  /** Default root:root. */
  readonly owner?: string;
  readonly onChange?: OnChange;
  readonly block?: string;
}

export function renderDraft(draft: Draft, templates: TemplateSet): RenderedFile {
  return {
    path: draft.path,
    text: renderTemplate(templates, draft.template, draft.format, draft.view),
    mode: draft.mode ?? '0644',
    owner: draft.owner ?? 'root:root',
    onChange: draft.onChange ?? 'none',
    ...(draft.block === undefined ? {} : { block: draft.block }),
  };
}

export function osOwner({ spec }: ClusterPlan): string {
  return `${spec.os.user}:${spec.os.group}`;
}
