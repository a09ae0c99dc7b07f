// The stack's state as the engine keeps it: which resources there are, by which ids.
import { readFileSync } from 'node:fs';
import type { Lab } from '../../../lab/lab';
import { stackFiles } from '../../../lab/stack/stackFile';
import { shortName } from './program';

interface SavedResource {
  readonly urn: string;
  readonly id?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface Saved {
  readonly deployment: { readonly resources?: readonly SavedResource[] };
}

function resourcesOf(lab: Lab): readonly SavedResource[] {
  const saved = JSON.parse(readFileSync(stackFiles(lab.name).state, 'utf8')) as Saved;
  return saved.deployment.resources ?? [];
}

const nameOf = (lab: Lab, urn: string): string => shortName(lab, urn.split('::').at(-1) ?? urn);

/** `node1-files` → its id. */
export function stateIds(lab: Lab): Readonly<Record<string, string>> {
  return Object.fromEntries(
    resourcesOf(lab).flatMap(({ urn, id }) => (id === undefined ? [] : [[nameOf(lab, urn), id]])),
  );
}

export function outputsOf(lab: Lab, name: string): Readonly<Record<string, unknown>> {
  return resourcesOf(lab).find(({ urn }) => nameOf(lab, urn) === name)?.outputs ?? {};
}
