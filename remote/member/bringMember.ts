/** Observe, decide, act, verify, until the node plays its part; each act may be interrupted and is decided anew from what is there. */
import { KingbaseError, type Finding } from '../../core/finding';
import { decideMember } from '../../core/member/decideMember';
import { unfinishedWitness } from '../../core/member/decideWitness';
import type { MemberDecision } from '../../core/member/memberDecision';
import { respectPause } from '../../core/member/respectPause';
import type { Clock } from '../clock';
import { applyDataFiles } from '../databaseFiles';
import type { MemberInputs } from './types';
import { onHost } from '../handlers/support';
import { instanceEnv } from '../instanceEnv';
import { ChangedMeanwhile, runSteps } from '../nodeSteps';
import type { Remote } from '../remote';
import { warn } from '../warn';
import { ensureMember, ensureSurroundings } from './ensureMember';
import { lookAround, primaryOf, type LookedAt } from './memberFacts';
import { hostOf, memberSteps, type BringOptions, type MemberContext } from './memberSteps';
import { describeWithFiles, type MemberObserved } from './observeMember';

const WAIT_MS = 120_000;
const POLL_MS = 2_000;
const MAX_ACTS = 6;
/** A clone of a large database takes hours; the note on the node says what an interrupted one left behind. */
const CLONE_SECONDS = 24 * 3600;
const STREAMING_SECONDS = 120;
/** The peers' resources are updated side by side with a new member, and a change of firewall rules takes seconds on a busy host. */
const ADMISSION_SECONDS = 120;

export async function bringMember(
  context: MemberContext,
  inputs: MemberInputs,
  options: BringOptions,
): Promise<MemberObserved & { readonly reachable: true }> {
  return onHost(context.open, inputs.connection, async (remote) => {
    const deadline = context.clock.now() + WAIT_MS;
    for (let acts = 0; acts < MAX_ACTS;) {
      const looked = await lookAround(context.open, remote, inputs);
      const wanted = decideMember(looked.facts);
      const decision = options.isNew ? wanted : respectPause(looked.facts, wanted);
      if (decision.kind === 'ensure') {
        return { reachable: true, ...(await ensureMember(context, remote, inputs, looked, decision, options)) };
      }
      if (decision.kind === 'leave' && !options.isNew) {
        warn(inputs.connection.host, decision.finding.message);
        return { reachable: true, ...(await ensureSurroundings(remote, inputs, looked, decision, options)) };
      }
      if (decision.kind === 'paused') {
        warn(inputs.connection.host, decision.finding.message);
        return { reachable: true, ...(await describeWithFiles(remote, inputs, looked, decision)) };
      }
      if (decision.kind === 'leave' || decision.kind === 'wait') {
        await waitOrThrow(context.clock, deadline, decision.finding);
        continue;
      }
      acts += 1;
      try {
        await act(context, remote, inputs, looked, decision);
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile) || acts >= MAX_ACTS) {
          throw error;
        }
      }
    }
    throw new Error(`${inputs.target.name}: did not take part in the cluster after ${MAX_ACTS} steps`);
  });
}

async function waitOrThrow(clock: Clock, deadline: number, finding: Finding): Promise<void> {
  if (clock.now() >= deadline) {
    throw new KingbaseError(finding);
  }
  await clock.sleep(POLL_MS);
}

type Act = Exclude<MemberDecision, { kind: 'ensure' | 'leave' | 'paused' | 'wait' }>;

async function act(
  context: MemberContext,
  remote: Remote,
  inputs: MemberInputs,
  looked: LookedAt,
  decision: Act,
): Promise<void> {
  switch (decision.kind) {
    case 'refuse':
      throw new KingbaseError(decision.finding);
    case 'clone':
      await forgetOldRecord(context, inputs, looked, decision.primary);
      return cloneStandby(remote, inputs, looked, decision);
    case 'createWitness':
      return createWitness(remote, inputs, looked, decision.primary);
    case 'start':
      await applyDataFiles(remote, inputs.target, inputs.files);
      await memberSteps(remote, inputs, ['start'], { env: { KB_START_AS: decision.as } });
  }
}

/**
 * A node that is cloned is no member until it joins. As long as the primary has it on record, `recovery` takes it for a failed one: as soon
 * as it is let in, it rejoins what is there, and to rewind half a copy a server is run on it, which writes WAL of its own.
 */
async function forgetOldRecord(
  { open }: MemberContext,
  { target, peers }: MemberInputs,
  looked: LookedAt,
  primary: string,
): Promise<void> {
  const node = peers.find((peer) => peer.target.name === primary);
  const records = primaryOf(looked, primary)?.repmgr.records ?? [];
  if (node !== undefined && records.some((record) => record.id === target.id)) {
    const env = { KB_SYSTEM: '', KB_OTHER_ID: String(target.id) };
    await onHost(open, node.connection, (remote) =>
      runSteps(remote, node.target, 'member.sh', ['unregister'], { env }),
    );
  }
}

async function cloneStandby(
  remote: Remote,
  inputs: MemberInputs,
  looked: LookedAt,
  decision: Extract<MemberDecision, { kind: 'clone' }>,
): Promise<void> {
  const env = {
    KB_WIPE: decision.wipe ? 'yes' : 'no',
    KB_PRIMARY_HOST: hostOf(looked, decision.primary),
    KB_ADMISSION_SECONDS: String(ADMISSION_SECONDS),
    KB_CLONE_SECONDS: String(CLONE_SECONDS),
    KB_STREAMING_SECONDS: String(STREAMING_SECONDS),
  };
  await memberSteps(remote, inputs, ['admitted', 'clone'], { env, timeoutMs: (CLONE_SECONDS + 60) * 1000 });
  await applyDataFiles(remote, inputs.target, inputs.files);
  await memberSteps(remote, inputs, ['join'], { env });
}

async function createWitness(remote: Remote, inputs: MemberInputs, looked: LookedAt, primary: string): Promise<void> {
  if (inputs.database === undefined) {
    throw new Error(`${inputs.target.name}: a witness needs the options of its instance (database)`);
  }
  const own = unfinishedWitness(looked.facts);
  const env = {
    ...instanceEnv(inputs.database),
    KB_RESUME: own === undefined ? 'no' : 'yes',
    KB_NOTED_PHASE: own === undefined || own.instanceIdentifier === '' ? '' : 'initialised',
    KB_NOTED_IDENTIFIER: own?.instanceIdentifier ?? '',
    KB_PRIMARY_HOST: hostOf(looked, primary),
    KB_ADMISSION_SECONDS: String(ADMISSION_SECONDS),
  };
  await memberSteps(remote, inputs, ['createWitness'], { env, timeoutMs: 420_000 });
  await applyDataFiles(remote, inputs.target, inputs.files);
  await memberSteps(remote, inputs, ['admitted', 'joinWitness'], { env });
}
