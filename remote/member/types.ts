/** What a member is asked to be: shared by its handler and by what brings it there. */
import type { NodeTarget } from '../../core/topology/nodeTarget';
import type { InstanceOptions } from '../instanceEnv';
import type { NodeFiles } from '../nodeFiles';
import type { ClusterNode } from '../observe/observeNode';
import type { Connection } from '../remote';

export interface MemberInputs {
  readonly connection: Connection;
  readonly target: NodeTarget;
  /** The other nodes: asked who is primary. */
  readonly peers: readonly ClusterNode[];
  /** Files in the data directory, and the cron line (onChange cron), which is put there last. */
  readonly files: NodeFiles;
  readonly systemIdentifier: string;
  /** machine-id of the host; another one means another machine. */
  readonly incarnation: string;
  /** Needed for a witness, which has an instance of its own. */
  readonly database?: InstanceOptions;
}
