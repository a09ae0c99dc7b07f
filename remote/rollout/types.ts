/** What a rollout is asked to bring into effect: shared by its handler and its steps. */
import type { NodeTarget } from '../../core/topology/nodeTarget';
import type { Clock } from '../clock';
import type { Connection, OpenRemote } from '../remote';

export interface RolloutMember {
  readonly connection: Connection;
  readonly target: NodeTarget;
  /** What es_rep.conf says, by the way a change takes effect. */
  readonly reload: Readonly<Record<string, string>>;
  readonly restart: Readonly<Record<string, string>>;
}

export interface RolloutInputs {
  readonly nodes: readonly RolloutMember[];
  readonly primaryMode: 'inPlace' | 'switchover';
  readonly streamingTimeoutSeconds: number;
}

export interface RolloutContext {
  readonly open: OpenRemote;
  readonly clock: Clock;
}
