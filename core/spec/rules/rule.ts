// The shape of a rule: looks at the filled spec (and at what was really written) and tells what must not be.
import type { Finding } from '../../finding';
import type { ClusterInput } from '../schema';
import type { ClusterSpec, NodeSpec } from '../types';

/** What the user wrote, without what had the wrong shape. */
export type Given = Partial<ClusterInput>;

/** Fields that are required and missing are '' in the spec: a rule skips them. */
export type Rule = (spec: ClusterSpec, given: Given) => Finding[];

/** What every system's specification has of a host. */
export type HostSpec = Pick<NodeSpec, 'name' | 'host' | 'hostKey' | 'role' | 'id' | 'connection'>;

/** A rule about hosts and who may reach them, which holds for every system. */
export type HostRule = (
  spec: Pick<ClusterSpec, 'connection' | 'clients'> & { readonly nodes: readonly HostSpec[] },
  given: { readonly clients?: readonly unknown[] },
) => Finding[];
