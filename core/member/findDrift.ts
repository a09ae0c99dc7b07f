/** What of a member differs from what was put there and may be put back by an update: exactly that, and nothing an operator paused. */
import type { ReachableNode } from '../observe/types';
import type { NodeRole } from '../spec/types';
import type { MemberDecision } from './memberDecision';
import { isEmpty } from './clusterView';

/** `file:<path>` for files, else what it is. */
export type DriftKind = 'file' | 'cron' | 'database' | 'repmgrd' | 'kbha' | 'record' | 'slot' | 'role' | 'data';

export interface MemberDrift {
  readonly kind: DriftKind;
  /** What it concerns, for example a path. */
  readonly subject: string;
  readonly found: string;
}

export interface DriftFacts {
  readonly name: string;
  readonly id: number;
  readonly host: string;
  readonly role: NodeRole;
  readonly slotName: string;
  readonly kcluster: boolean;
  readonly systemIdentifier: string;
  readonly self: ReachableNode;
  /** What the primary says; undefined where it was not needed or there is none. */
  readonly primary: ReachableNode | undefined;
  readonly decision: MemberDecision;
}

export function findDrift(facts: DriftFacts): MemberDrift[] {
  const { self, decision } = facts;
  if (decision.kind === 'refuse') {
    return [{ kind: 'data', subject: decision.finding.code, found: decision.finding.message }];
  }
  if (decision.kind === 'paused') {
    return [];
  }
  if (isEmpty(self)) {
    return [{ kind: 'data', subject: 'data directory', found: 'empty' }];
  }
  return [...cronDrift(self), ...(self.automation === 'paused' ? [] : daemonDrift(facts)), ...clusterDrift(facts)];
}

/** Commented out is the operator's hand and stays; only a line that is gone is put back. */
function cronDrift(self: ReachableNode): MemberDrift[] {
  return self.automation === 'missing' ? [{ kind: 'cron', subject: 'kbha cron line', found: 'missing' }] : [];
}

function daemonDrift({ self, decision }: DriftFacts): MemberDrift[] {
  const drift: MemberDrift[] = [];
  if (decision.kind === 'start' && decision.as !== 'primary') {
    drift.push({ kind: 'database', subject: decision.as, found: 'stopped' });
  }
  // repmgrd ends with its database; without that there is nothing for it to do.
  if (self.repmgrdPid === null && decision.kind === 'ensure') {
    drift.push({ kind: 'repmgrd', subject: 'repmgrd', found: 'not running' });
  }
  if (self.kbhaPid === null && decision.kind !== 'wait') {
    drift.push({ kind: 'kbha', subject: 'kbha', found: 'not running' });
  }
  return drift;
}

function clusterDrift(facts: DriftFacts): MemberDrift[] {
  const { decision } = facts;
  if (decision.kind !== 'ensure') {
    return [];
  }
  return [
    ...recordDrift(facts, decision.role),
    ...(decision.role === 'standby' ? slotDrift(facts) : []),
    ...(decision.role === 'standby' ? [] : roleDrift(facts)),
  ];
}

function recordDrift(facts: DriftFacts, role: string): MemberDrift[] {
  const records = (facts.primary ?? facts.self).repmgr.records;
  if (records === undefined) {
    return [{ kind: 'record', subject: 'repmgr records', found: 'not readable' }];
  }
  const record = records.find((row) => row.id === facts.id);
  if (record === undefined) {
    return [{ kind: 'record', subject: `node ${facts.id}`, found: 'not registered' }];
  }
  const found = [
    ...(record.active ? [] : ['inactive']),
    ...(record.type === role ? [] : [`registered as ${record.type}`]),
    ...(record.name === facts.name ? [] : [`registered as "${record.name}"`]),
    ...(hostOf(record.conninfo) === facts.host ? [] : [`registered with host ${hostOf(record.conninfo)}`]),
  ];
  return found.length === 0 ? [] : [{ kind: 'record', subject: `node ${facts.id}`, found: found.join(', ') }];
}

function slotDrift({ self, primary, slotName }: DriftFacts): MemberDrift[] {
  const receiver = self.server.answers?.receiver;
  if (receiver?.status === 'streaming' && receiver.slotName === slotName) {
    return [];
  }
  const slot = primary?.server.answers?.slots.find((row) => row.name === slotName);
  return slot === undefined && primary?.server.answers !== undefined
    ? [{ kind: 'slot', subject: slotName, found: 'missing on the primary' }]
    : [];
}

/** Roles are the primary's to change; a witness has an instance of its own. */
function roleDrift({ self, kcluster }: DriftFacts): MemberDrift[] {
  const role = self.server.answers?.clusterRole;
  if (role === undefined) {
    return [{ kind: 'role', subject: 'esrep', found: 'missing' }];
  }
  const found = [
    ...(role.login ? [] : ['may not log in']),
    ...(role.replication || role.superuser ? [] : ['may not replicate']),
    ...(kcluster || role.superuser ? [] : ['is no superuser']),
    ...(kcluster && !role.inKcluster && !role.superuser ? ['is not in role kcluster'] : []),
  ];
  return found.length === 0 ? [] : [{ kind: 'role', subject: 'esrep', found: found.join(', ') }];
}

function hostOf(conninfo: string): string {
  return /(?:^|\s)host='?([^\s']+)/.exec(conninfo)?.[1] ?? '';
}
