// Edits that somebody makes by hand on a node, and the demand that a run shows and repairs the resources they belong to and no other.
import { expect } from 'vitest';
import type { Lab } from '../../../lab/lab';
import { changesShown, type ProgramRun } from './program';

export interface Edit {
  readonly what: string;
  readonly node: string;
  /** As root on the node. */
  readonly edit: string;
  /** The resource that owns it, and the path or thing it reports. */
  readonly resource: string;
  readonly shows: string;
}

export async function makeEdits(lab: Lab, edits: readonly Edit[]): Promise<void> {
  for (const { node, edit, what } of edits) await lab.node(node).script(edit, { label: what });
}

export function expectShown(lab: Lab, run: ProgramRun, edits: readonly Edit[]): void {
  expect(run.ok, run.text.slice(-3000)).toBe(true);
  for (const edit of edits) {
    const shown = changesShown(lab, run, edit.resource).map((change) => `${change.path} ${change.new ?? ''}`);
    expect(shown.join('\n'), edit.what).toContain(edit.shows);
  }
  const owners = [...new Set(edits.map((edit) => edit.resource))].sort();
  expect(run.drifted).toEqual(owners);
  expect(run.changed).toEqual(owners.map((owner) => `update ${owner}`));
}
