/** What the report of a cluster is made of, and says. */
import type { Armed, BackupReport } from '../backup/observation';
import type { NodeRole } from '../spec/types';
import type { SettingEffect } from './readBack';
import type { Automation, NodeObservation } from './types';

/** The part of a NodeTarget that the report needs. */
export interface ReportTarget {
  readonly name: string;
  readonly id: number;
  readonly host: string;
  readonly role: NodeRole;
  readonly data: string;
  readonly virtualIp?: string;
}

export interface ObservedNode {
  readonly target: ReportTarget;
  readonly observation: NodeObservation;
}

export type ObservedRole = 'primary' | 'standby' | 'witness' | 'repository' | 'unknown';

export interface NodeStatus {
  readonly name: string;
  readonly host: string;
  readonly role: ObservedRole;
  /** repmgr's word (`* running`, `? unreachable`, …); for a repository node reachable or unreachable. */
  readonly status: string;
  readonly upstream: string | null;
  readonly timeline: number | null;
  readonly lagBytes: number | null;
  readonly repmgrd: boolean | null;
  readonly kbha: boolean | null;
  readonly automation: Automation | null;
  readonly repmgrdPaused: boolean | null;
  /** Days that its licence is still valid; null where its database does not say. 0: the vendor's own alarm passes over it. */
  readonly licenseDays: number | null;
  /** Why the node or its database could not be read. */
  readonly reason: string | null;
}

export interface SettingConflict extends SettingEffect {
  readonly node: string;
}

export interface ClusterStatusReport {
  readonly cluster: string;
  /** The one node that accepts writes; null where there is none or more than one. */
  readonly primary: string | null;
  readonly nodes: readonly NodeStatus[];
  readonly healthy: boolean;
  /** Why it is not healthy, one line each, with the node's name first. */
  readonly reasons: readonly string[];
  /** What an operator should know although it is not a fault: paused automation, nodes registered but not declared, overridden settings. */
  readonly warnings: readonly string[];
  readonly virtualIp: { readonly address: string; readonly holders: readonly string[] } | null;
  readonly synchronousStandbyNames: string | null;
  readonly settingConflicts: readonly SettingConflict[];
  /** node: names of settings that only a restart brings into effect. */
  readonly pendingRestart: Readonly<Record<string, readonly string[]>>;
  /** null: no backups are declared. Absent where they were not looked at. */
  readonly backup?: BackupReport | null;
  readonly armed?: Armed;
}
