// Resources of a provider that the stand-in cannot carry out: a preview shows them with what is declared, and nothing is ever made.
import { KingbaseError } from '../../../core/finding';
import { changedKeys, diffProperties } from '../propertyDiff';
import type { PropertyMap } from '../values';
import type { Diff, Provider } from './provider';

/** Whose types are shown: hosts in a cloud, below which a cluster is previewed. */
export const previewOnlyPrefix = 'aws:';

export class PreviewOnlyProvider implements Provider {
  check(request: Parameters<Provider['check']>[0]): ReturnType<Provider['check']> {
    return Promise.resolve({ inputs: request.news, failures: [] });
  }

  diff(request: Parameters<Provider['diff']>[0]): Promise<Diff> {
    const keys = changedKeys(diffProperties(request.inputs, request.news));
    return Promise.resolve({
      changes: keys.length > 0 ? 'some' : 'none',
      replaceKeys: [],
      changedKeys: keys,
      deleteBeforeReplace: false,
    });
  }

  /** What AWS would answer is not known: the SDK takes what is missing for that. */
  create({ urn, inputs, preview }: Parameters<Provider['create']>[0]): ReturnType<Provider['create']> {
    return preview ? Promise.resolve({ id: '', outputs: inputs }) : Promise.reject(refusal(urn));
  }

  update({ urn, news, preview }: Parameters<Provider['update']>[0]): Promise<{ outputs: PropertyMap }> {
    return preview ? Promise.resolve({ outputs: news }) : Promise.reject(refusal(urn));
  }

  read(request: Parameters<Provider['read']>[0]): ReturnType<Provider['read']> {
    return Promise.resolve({ id: request.id, outputs: request.outputs });
  }

  delete({ urn }: Parameters<Provider['delete']>[0]): Promise<void> {
    return Promise.reject(refusal(urn));
  }
}

function refusal(urn: string): KingbaseError {
  return new KingbaseError({
    code: 'engine/preview-only',
    path: urn,
    message: 'the stand-in engine shows resources of AWS in a preview and makes none',
    hint: 'Use the Pulumi CLI with its aws plugin: pulumi up.',
  });
}
