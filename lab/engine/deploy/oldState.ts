// The state a run starts from, as the generator asks for it: by urn, and by who depends on whom.
import type { ResourceState } from '../state/types';
import { providerUrn } from '../urn';

/** Everything a resource cannot outlive: parent, dependencies, its provider, what it is deleted with. */
export function needsOf(resource: ResourceState): readonly string[] {
  return [
    ...(resource.parent === undefined || resource.parent === '' ? [] : [resource.parent]),
    ...(resource.dependencies ?? []),
    ...Object.values(resource.propertyDependencies ?? {}).flat(),
    ...(resource.provider === undefined || resource.provider === '' ? [] : [providerUrn(resource.provider)]),
    ...(resource.deletedWith === undefined || resource.deletedWith === '' ? [] : [resource.deletedWith]),
  ];
}

export class OldState {
  private readonly byUrn: ReadonlyMap<string, ResourceState>;

  constructor(readonly resources: readonly ResourceState[]) {
    // Of several with one urn the one that is not waiting for its deletion is the resource itself.
    this.byUrn = new Map(
      resources.filter((resource) => resource.delete !== true).map((resource) => [resource.urn, resource]),
    );
  }

  find(urn: string): ResourceState | undefined {
    return this.byUrn.get(urn);
  }

  /** All that depend on `root`, directly or not, in dependency order. */
  dependentsOf(root: ResourceState): readonly ResourceState[] {
    const reached = new Set([root.urn]);
    const dependents: ResourceState[] = [];
    for (const resource of this.resources.slice(this.resources.indexOf(root) + 1)) {
      if (needsOf(resource).some((urn) => reached.has(urn))) {
        reached.add(resource.urn);
        dependents.push(resource);
      }
    }
    return dependents;
  }
}

/**
 * Groups that can be deleted one after the other: what depends on others before those others. Within a group nothing
 * depends on another member.
 */
export function deletionOrder<Item>(
  items: readonly Item[],
  resourceOfItem: (item: Item) => ResourceState,
): readonly (readonly Item[])[] {
  const groups: Item[][] = [];
  let left = [...items];
  while (left.length > 0) {
    const needed = new Set(left.flatMap((item) => needsOf(resourceOfItem(item))));
    const free = left.filter((item) => !needed.has(resourceOfItem(item).urn));
    // A cycle cannot come from a program; a damaged state must not hang the run.
    const group = free.length > 0 ? free : left;
    groups.push(group);
    left = left.filter((item) => !group.includes(item));
  }
  return groups;
}
