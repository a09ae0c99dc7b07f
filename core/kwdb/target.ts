/** What a handler needs to know about one node of KWDB: flat, plain data, so that it can be an input of a dynamic resource. */
import { certificatesOf, nodeAddress } from './render/views';
import { stateDirectory } from './render/paths';
import type { KwdbNode, KwdbSpec } from './spec/types';

export interface KwdbTarget {
  readonly cluster: string;
  readonly name: string;
  readonly id: number;
  /** /var/lib/pulumi-kingbase/kwdb-<cluster> */
  readonly state: string;
  readonly user: string;
  readonly program: string;
  /** host:port of SQL. */
  readonly address: string;
  /** undefined: insecure. */
  readonly certificates?: string;
  readonly store: string;
}

export function toKwdbTarget(spec: KwdbSpec, node: KwdbNode): KwdbTarget {
  const certificates = certificatesOf(spec);
  return {
    cluster: spec.name,
    name: node.name,
    id: node.id,
    state: stateDirectory(spec),
    user: spec.managementUser,
    program: spec.program,
    address: nodeAddress(spec, node),
    ...(certificates === undefined ? {} : { certificates }),
    store: spec.store,
  };
}
