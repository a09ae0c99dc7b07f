// Resource names as Pulumi writes them: urn:pulumi:<stack>::<project>::<parent types $ type>::<name>.

export const stackType = 'pulumi:pulumi:Stack';

export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  /** Types of the ancestors and the resource, joined by `$`. */
  readonly qualifiedType: string;
  readonly type: string;
  readonly name: string;
}

export function parseUrn(urn: string): UrnParts {
  const [head = '', project = '', qualifiedType = '', ...name] = urn.split('::');
  const types = qualifiedType.split('$');
  return {
    stack: head.replace(/^urn:pulumi:/, ''),
    project,
    qualifiedType,
    type: types[types.length - 1] ?? '',
    name: name.join('::'),
  };
}

export function makeUrn(at: { stack: string; project: string }, parent: string, type: string, name: string): string {
  const parentType = parent === '' ? '' : parseUrn(parent).qualifiedType;
  const qualified = parentType === '' || parentType === stackType ? type : `${parentType}$${type}`;
  return `urn:pulumi:${at.stack}::${at.project}::${qualified}::${name}`;
}

export const isProviderType = (type: string): boolean => type.startsWith('pulumi:providers:');

/** A provider reference is the provider resource's urn and id. */
export function providerUrn(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('::'));
}
