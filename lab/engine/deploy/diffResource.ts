// Decides whether a resource changed and whether the change replaces it: the provider first, the inputs where it does not say.
import type { Diff, Provider } from '../providers/provider';
import { changedKeys, diffProperties } from '../propertyDiff';
import { applyIgnoreChanges, parsePath, pathContains } from '../propertyPath';
import type { ResourceState } from '../state/types';
import type { PropertyMap } from '../values';
import { existing } from './applyStep';

export interface Decision {
  readonly changed: boolean;
  readonly replaceKeys: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export interface DiffOptions {
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
}

export async function diffResource(
  provider: Provider | undefined,
  old: ResourceState,
  news: PropertyMap,
  options: DiffOptions,
): Promise<Decision> {
  const { ignoreChanges, replaceOnChanges } = options;
  const diff = provider === undefined ? undefined : await provider.diff({ ...existing(old), news, ignoreChanges });
  const said: Diff = diff ?? { changes: 'unknown', replaceKeys: [], changedKeys: [], deleteBeforeReplace: false };
  const inputChanges = (): ReturnType<typeof diffProperties> =>
    diffProperties(old.inputs ?? {}, applyIgnoreChanges(news, old.inputs ?? {}, ignoreChanges).inputs);
  const changes = said.changes === 'unknown' ? inputChanges() : [];
  const changed = said.changes === 'some' || changes.length > 0;
  if (!changed) return { changed: false, replaceKeys: [], deleteBeforeReplace: false };
  const keys = said.changes === 'unknown' ? changedKeys(changes) : said.changedKeys;
  return {
    changed,
    replaceKeys: [...new Set([...said.replaceKeys, ...replacedKeys(keys, replaceOnChanges, inputChanges)])],
    deleteBeforeReplace: said.deleteBeforeReplace,
  };
}

/** Keys whose change replaces by the program's own wish. */
function replacedKeys(
  keys: readonly string[],
  replaceOnChanges: readonly string[],
  inputChanges: () => ReturnType<typeof diffProperties>,
): readonly string[] {
  const wanted = replaceOnChanges.flatMap((text) => {
    const path = parsePath(text);
    return path === undefined ? [] : [path];
  });
  if (wanted.length === 0) return [];
  const changes = inputChanges();
  return keys.filter((key) =>
    wanted.some(
      (path) =>
        pathContains(path, [key]) ||
        changes.some((change) => change.path[0] === key && pathContains(path, change.path)),
    ),
  );
}
