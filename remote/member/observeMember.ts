/** Member's read: what differs from what was put there. It asks the peers only where the node itself does not know enough. */
import { findDrift, type MemberDrift } from '../../core/member/findDrift';
import { decideMember } from '../../core/member/decideMember';
import type { MemberDecision } from '../../core/member/memberDecision';
import { respectPause } from '../../core/member/respectPause';
import { hasData } from '../../core/member/clusterView';
import type { Automation, DataDirectory, ReachableNode } from '../../core/observe/types';
import { cronFiles, observeDatabaseFiles } from '../databaseFiles';
import type { MemberInputs } from './types';
import { observeHost, type Observed } from '../handlers/support';
import type { Drift } from '../nodeFiles';
import { observeThrough } from '../observe/observeNode';
import type { OpenRemote, Remote } from '../remote';
import { factsOf, observePeers, primaryOf, type LookedAt } from './memberFacts';

export interface MemberObserved {
  readonly role: 'primary' | 'standby' | 'witness' | 'unknown';
  readonly database: 'running' | 'starting' | 'stopped';
  readonly data: DataDirectory['state'];
  readonly automation: Automation;
  readonly repmgrd: boolean;
  readonly kbha: boolean;
  /** What an update puts back, and nothing else. */
  readonly drift: readonly MemberDrift[];
  /** A state that an update leaves alone, in words: a former primary after a failover, a failover under way. */
  readonly leftAlone?: string;
}

export async function observeMember(open: OpenRemote, inputs: MemberInputs): Promise<Observed<MemberObserved>> {
  return observeHost(open, inputs.connection, (remote) => observeOn(open, remote, inputs));
}

export async function observeOn(open: OpenRemote, remote: Remote, inputs: MemberInputs): Promise<MemberObserved> {
  const self = (await observeThrough(remote, inputs.target, 'brief')) as ReachableNode;
  const peers = knowsEnough(self, inputs) ? [] : await observePeers(open, inputs.peers);
  const looked = { facts: factsOf(inputs, self, peers), peers };
  const decision = knowsEnough(self, inputs)
    ? obviousDecision(self, inputs)
    : respectPause(looked.facts, decideMember(looked.facts));
  return describeWithFiles(remote, inputs, looked, decision);
}

export async function describeWithFiles(
  remote: Remote,
  inputs: MemberInputs,
  looked: LookedAt,
  decision: MemberDecision,
): Promise<MemberObserved> {
  const files = hasData(looked.facts.self) ? inputs.files : cronFiles(inputs.files);
  return describeMember(inputs, looked, decision, await observeDatabaseFiles(remote, inputs.target, files));
}

export function describeMember(
  inputs: MemberInputs,
  looked: LookedAt,
  decision: MemberDecision,
  files: Drift,
): MemberObserved {
  const { self } = looked.facts;
  const { answers, running } = self.server;
  const primary = decision.kind === 'ensure' ? primaryOf(looked, decision.primary) : undefined;
  const { target, systemIdentifier } = inputs;
  const drift = [
    ...fileDrift(files),
    ...findDrift({
      name: target.name,
      id: target.id,
      host: target.host,
      role: target.role,
      slotName: target.slotName,
      kcluster: target.version === 'V9',
      systemIdentifier,
      self,
      primary,
      decision,
    }).filter((entry) => entry.kind !== 'cron' || !coveredByFile(files, inputs)),
  ];
  return {
    role:
      answers === undefined
        ? 'unknown'
        : target.role === 'witness'
          ? 'witness'
          : answers.inRecovery
            ? 'standby'
            : 'primary',
    database: answers !== undefined ? 'running' : running ? 'starting' : 'stopped',
    data: self.data.state,
    automation: self.automation,
    repmgrd: self.repmgrdPid !== null,
    kbha: self.kbhaPid !== null,
    drift,
    ...(decision.kind === 'leave' || decision.kind === 'wait' || decision.kind === 'paused'
      ? { leftAlone: decision.finding.message }
      : {}),
  };
}

/** A paused cron line is an operator's decision, not drift. */
function fileDrift(files: Drift): MemberDrift[] {
  return Object.entries(files)
    .filter(([, kind]) => kind !== 'paused')
    .map(([path, kind]) => ({ kind: 'file' as const, subject: path, found: kind }));
}

function coveredByFile(files: Drift, inputs: MemberInputs): boolean {
  return Object.keys(cronFiles(inputs.files)).some((path) => path in files);
}

/** A streaming standby and an answering primary carry all that is to be checked: no peer needs to be asked. */
function knowsEnough(self: ReachableNode, { target, systemIdentifier }: MemberInputs): boolean {
  const answers = self.server.answers;
  if (target.role !== 'database' || answers === undefined || self.control?.systemIdentifier !== systemIdentifier) {
    return false;
  }
  return (
    !answers.inRecovery || (answers.receiver?.status === 'streaming' && answers.receiver.slotName === target.slotName)
  );
}

function obviousDecision(self: ReachableNode, { target }: MemberInputs): MemberDecision {
  const role = self.server.answers?.inRecovery === true ? 'standby' : 'primary';
  return { kind: 'ensure', role, primary: target.name };
}
