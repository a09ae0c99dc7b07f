// No two nodes share a name, an address, an id or a host key.
import type { Finding } from '../../finding';
import { canonicalHost } from '../../text/address';
import { isHostKey } from './hostKeys';
import type { HostRule, HostSpec } from './rule';

export const uniqueNodes: HostRule = (spec) => [
  ...repeated(spec.nodes, {
    field: 'name',
    key: (node) => node.name,
    code: 'spec/duplicate-name',
    what: 'same name as',
    hint: 'give every node its own name; it is the application_name by which the primary knows its standby.',
  }),
  ...repeated(spec.nodes, {
    field: 'host',
    key: (node) => canonicalHost(node.host),
    code: 'spec/duplicate-host',
    what: 'same address as',
    hint: 'give every node its own address; repmgr identifies nodes by conninfo.',
  }),
  ...repeated(spec.nodes, {
    field: 'id',
    key: (node) => (node.role === 'repository' ? '' : String(node.id)),
    code: 'spec/duplicate-id',
    what: 'same id as',
    hint: 'give every database and witness node its own id, or leave all of them out; a node without one gets its position.',
  }),
  ...repeated(spec.nodes, {
    field: 'hostKey',
    key: (node) => (isHostKey(node.hostKey) ? (node.hostKey.split(/\s+/)[1] as string) : ''),
    code: 'spec/duplicate-host-key',
    what: 'same host key as',
    hint:
      'cloned machines can stand in for one another: make new keys on one of them (`rm /etc/ssh/ssh_host_*` and `ssh-keygen -A`, on the console), ' +
      'and check that /etc/machine-id differs too.',
  }),
];

interface Aspect {
  readonly field: 'name' | 'host' | 'id' | 'hostKey';
  readonly key: (node: HostSpec) => string;
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

function repeated(nodes: readonly HostSpec[], aspect: Aspect): Finding[] {
  const first = new Map<string, number>();
  const findings: Finding[] = [];
  nodes.forEach((node, index) => {
    const key = aspect.key(node);
    const before = first.get(key);
    if (key === '') return;
    if (before === undefined) {
      first.set(key, index);
      return;
    }
    const shown = aspect.field === 'hostKey' ? '' : ` (${JSON.stringify(nodes[before]?.[aspect.field])})`;
    findings.push({
      code: aspect.code,
      path: `nodes[${index}].${aspect.field}`,
      message: `${aspect.what} nodes[${before}].${aspect.field}${shown}`,
      hint: aspect.hint,
    });
  });
  return findings;
}
