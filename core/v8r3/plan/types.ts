import type { FirewallRule, SshPaths } from '../../topology/types';
import type { V8r3NodeSpec, V8r3Spec } from '../spec/types';

/** Everything about one node that follows from the V8r3Spec: derived here once. */
export interface V8r3NodePlan {
  readonly cluster: string;
  readonly name: string;
  /** node_id in every log. */
  readonly id: number;
  readonly host: string;
  readonly node: V8r3NodeSpec;
  /** Its place among the two pools; undefined: it runs no kingbasecluster. */
  readonly pool: V8r3PoolPlan | undefined;
  readonly paths: V8r3Paths;
  readonly ports: { readonly database: number; readonly ssh: number };
  readonly peers: readonly V8r3Peer[];
  readonly firewall: readonly FirewallRule[];
  /** Lines of KINGBASECRON, as the vendor's scripts search them: two blanks before the command. */
  readonly cron: readonly string[];
}

export interface V8r3PoolPlan {
  /** wd_priority. */
  readonly priority: number;
  /** Address of the other pool. */
  readonly peer: string;
}

export interface V8r3Peer {
  readonly name: string;
  readonly host: string;
  readonly hostKey: string;
  readonly sshPort: number;
}

/** The vendor's layout below directories.cluster. */
export interface V8r3Paths {
  readonly cluster: string;
  readonly bin: string;
  readonly etc: string;
  readonly lib: string;
  readonly poolBin: string;
  readonly poolEtc: string;
  readonly poolLib: string;
  readonly data: string;
  readonly archive: string;
  readonly log: string;
  readonly run: string;
  readonly home: string;
  /** Our ledger, outside the data directory. */
  readonly state: string;
  readonly ssh: SshPaths;
}

export interface V8r3Plan {
  readonly spec: V8r3Spec;
  readonly nodes: readonly V8r3NodePlan[];
  readonly endpoints: {
    /** host:port of the pool: reads are spread, writes go to the primary. */
    readonly pool: string;
    /** host:port of the primary database, whoever it is. */
    readonly database: string;
  };
}
