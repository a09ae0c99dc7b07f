/** Everything around a database that runs in its role: files, registration, slot, role, daemons, virtual IP, and the cron line last. */
import type { MemberDecision } from '../../core/member/memberDecision';
import { findDrift, type DriftKind } from '../../core/member/findDrift';
import { isProvenPrimary } from '../../core/member/provenPrimary';
import { applyDataFiles, cronFiles } from '../databaseFiles';
import type { MemberInputs } from './types';
import { onHost } from '../handlers/support';
import { applyFiles } from '../nodeFiles';
import { runSteps } from '../nodeSteps';
import type { Remote } from '../remote';
import { warn } from '../warn';
import { primaryOf, type LookedAt } from './memberFacts';
import { hostOf, memberSteps, type BringOptions, type MemberContext } from './memberSteps';
import { describeMember, observeOn, type MemberObserved } from './observeMember';

type Ensure = Extract<MemberDecision, { kind: 'ensure' }>;

/** It may have been cut off while the others elected another: an address taken from that one, or a record written over, does harm. */
const NOT_PROVEN =
  'accepts writes, but no other node was seen to follow it: its virtual IP and its registration are left as they are; bring the other nodes up and run again';

const VIRTUAL_IP_SECONDS = 15;
const STREAMING_SECONDS = 120;

export async function ensureMember(
  context: MemberContext,
  remote: Remote,
  inputs: MemberInputs,
  looked: LookedAt,
  decision: Ensure,
  options: BringOptions,
): Promise<MemberObserved> {
  const written = await applyDataFiles(remote, inputs.target, inputs.files, options.removed);
  const drift = driftKinds(inputs, looked, decision);
  if (drift.has('slot')) {
    await createSlot(context, inputs, decision.primary);
  }
  const isProven = decision.role !== 'primary' || isProvenPrimary(looked.facts);
  if (!isProven) {
    warn(inputs.connection.host, `${inputs.target.name} ${NOT_PROVEN}`);
  }
  const steps = [
    ...(Object.keys(written).some((path) => path.endsWith('/sys_hba.conf')) ? ['reload'] : []),
    ...roleSteps(decision, drift, looked, isProven),
    ...(looked.facts.self.automation === 'paused'
      ? []
      : ['daemons', ...(decision.role === 'primary' && isProven ? ['virtualIp'] : [])]),
    'joined',
  ];
  const env = {
    KB_PRIMARY_HOST: decision.role === 'primary' ? inputs.target.host : hostOf(looked, decision.primary),
    KB_VIP_SECONDS: String(VIRTUAL_IP_SECONDS),
    KB_STREAMING_SECONDS: String(STREAMING_SECONDS),
  };
  const said = await memberSteps(remote, inputs, steps, { env });
  if (said !== '') {
    warn(inputs.connection.host, said);
  }
  await applyFiles(remote, inputs.target, cronFiles(inputs.files));
  return observeOn(context.open, remote, inputs);
}

/** For a former primary that is left to recovery: only what does no harm, never its database or its registration. */
export async function ensureSurroundings(
  remote: Remote,
  inputs: MemberInputs,
  looked: LookedAt,
  decision: MemberDecision,
  options: BringOptions,
): Promise<MemberObserved> {
  await applyDataFiles(remote, inputs.target, inputs.files, options.removed);
  await applyFiles(remote, inputs.target, cronFiles(inputs.files));
  return describeMember(inputs, looked, decision, {});
}

function roleSteps(decision: Ensure, drift: ReadonlySet<DriftKind>, looked: LookedAt, isProven: boolean): string[] {
  switch (decision.role) {
    case 'primary':
      return [...(drift.has('role') ? ['role'] : []), ...(drift.has('record') && isProven ? ['registerPrimary'] : [])];
    case 'standby': {
      const streams = looked.facts.self.server.answers?.receiver?.status === 'streaming';
      return drift.has('record') || !streams ? ['join'] : [];
    }
    case 'witness':
      return [...(drift.has('role') ? ['role'] : []), ...(drift.has('record') ? ['joinWitness'] : [])];
  }
}

async function createSlot({ open }: MemberContext, inputs: MemberInputs, primary: string): Promise<void> {
  const peer = inputs.peers.find(({ target }) => target.name === primary);
  if (peer === undefined) {
    return;
  }
  const env = { KB_SYSTEM: inputs.systemIdentifier, KB_SLOT: inputs.target.slotName };
  await onHost(open, peer.connection, (remote) => runSteps(remote, peer.target, 'member.sh', ['slot'], { env }));
}

function driftKinds(inputs: MemberInputs, looked: LookedAt, decision: Ensure): ReadonlySet<DriftKind> {
  const { target, systemIdentifier } = inputs;
  const drift = findDrift({
    name: target.name,
    id: target.id,
    host: target.host,
    role: target.role,
    slotName: target.slotName,
    kcluster: target.version === 'V9',
    systemIdentifier,
    self: looked.facts.self,
    primary: primaryOf(looked, decision.primary),
    decision,
  });
  return new Set(drift.map((entry) => entry.kind));
}
