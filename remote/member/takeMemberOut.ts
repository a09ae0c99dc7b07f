/** Member's delete: cron, kbha, repmgrd, database, in this order, then our files. Data stays, and a note says that it was left on purpose. */
import { KingbaseError } from '../../core/finding';
import { isEmpty, primaries } from '../../core/member/clusterView';
import { readMemberLedger } from '../../core/member/ledger';
import type { ReachableNode } from '../../core/observe/types';
import { cronFiles, dataFiles } from '../databaseFiles';
import type { MemberInputs } from './types';
import { onHost } from '../handlers/support';
import { removeFiles } from '../nodeFiles';
import type { ObservedMember } from '../observe/observeCluster';
import { observeThrough } from '../observe/observeNode';
import type { OpenRemote, Remote } from '../remote';
import { isGone, isOtherMachine } from '../remoteError';
import { warn } from '../warn';
import { observePeers, toSeenNode } from './memberFacts';
import { memberSteps } from './memberSteps';

export async function takeMemberOut(open: OpenRemote, inputs: MemberInputs): Promise<void> {
  try {
    await onHost(open, inputs.connection, (remote) => takeOut(open, remote, inputs));
  } catch (error) {
    if (!isGone(error) && !isOtherMachine(error)) {
      throw error;
    }
    await allowGone(open, inputs, error as KingbaseError);
  }
}

async function takeOut(open: OpenRemote, remote: Remote, inputs: MemberInputs): Promise<void> {
  const { target, files } = inputs;
  const note = readMemberLedger((await remote.get(`${target.state}/member.json`))?.toString('utf8'), target.cluster);
  if (note.kind === 'read' && note.ledger.node !== target.name) {
    warn(
      inputs.connection.host,
      `is now the node "${note.ledger.node}" of this cluster; nothing of "${target.name}" is left to take out`,
    );
    return;
  }
  await refuseLivePrimary(open, remote, inputs);
  await removeFiles(remote, target, cronFiles(files), true);
  await memberSteps(remote, inputs, ['stopKbha', 'stopRepmgrd', 'stop', 'left']);
  for (const path of await removeFiles(remote, target, dataFiles(files))) {
    warn(inputs.connection.host, `${path} was edited by hand and is left there`);
  }
  warn(inputs.connection.host, `the database is stopped; its data stays in ${target.data}`);
}

/**
 * Deleting or replacing one member must not take the primary away from the others unasked. A destroy deletes Membership first, whose mark says
 * that the whole cluster goes. A peer without data, or left itself, is no member any more: a destroy without a mark (a first creation that
 * failed before Membership) gets through on its next run, the primary last.
 */
async function refuseLivePrimary(open: OpenRemote, remote: Remote, inputs: MemberInputs): Promise<void> {
  const { target } = inputs;
  if (target.role !== 'database') {
    return;
  }
  const self = (await observeThrough(remote, target, 'brief')) as ReachableNode;
  if (!mayAcceptWrites(self) || self.ledger.teardown !== undefined) {
    return;
  }
  const others = (await observePeers(open, inputs.peers))
    .filter((peer) => !hasLeft(peer))
    .map((peer) => peer.target.name);
  if (others.length > 0) {
    const state = self.server.answers === undefined ? 'runs, does not answer and may be the primary' : 'is the primary';
    throw new KingbaseError({
      code: 'membership/remove-primary',
      path: target.name,
      message: `its database ${state}; taking it out would stop it under ${others.join(', ')}`,
      hint: 'Switch over first (repmgr standby switchover --siblings-follow on the node to promote), then run again. To take the whole cluster down, destroy it as a whole: Membership is deleted first and marks every node. Nothing was changed.',
    });
  }
}

/** One that runs but does not answer could not be read: without standby.signal it may be the primary. */
function mayAcceptWrites({ server, data }: ReachableNode): boolean {
  return server.answers === undefined ? server.running && !data.standbySignal : !server.answers.inRecovery;
}

function hasLeft({ target, observation }: ObservedMember): boolean {
  if (!observation.reachable || observation.server.running) {
    return false;
  }
  const note = readMemberLedger(observation.ledger.member, target.cluster);
  return note.kind === 'read' ? note.ledger.phase === 'left' : note.kind === 'none' && isEmpty(observation);
}

/**
 * A host that is gone, or whose address another machine has now, may be forgotten once the cluster has forgotten it too: unregistered, or
 * the whole cluster is being taken down.
 */
async function allowGone(open: OpenRemote, inputs: MemberInputs, error: KingbaseError): Promise<void> {
  const { target } = inputs;
  const peers = await observePeers(open, inputs.peers);
  const seen = peers.map(toSeenNode);
  const isTeardown = peers.some(
    ({ observation }) => observation.reachable && observation.ledger.teardown !== undefined,
  );
  const [primary] = primaries(seen);
  const records = primary?.observation.repmgr.records;
  if (isTeardown || (records !== undefined && !records.some((record) => record.id === target.id))) {
    warn(
      inputs.connection.host,
      `${target.name} ${isOtherMachine(error) ? 'shows another host key' : 'is not reachable'}; its database, files and data stay as they are there`,
    );
    return;
  }
  throw new KingbaseError(
    {
      code: 'member/gone-but-registered',
      path: target.name,
      message: `is not reachable (${error.findings[0]?.message ?? error.message}) and it is not certain that the cluster has forgotten it`,
      hint: `${isOtherMachine(error) ? 'If it was reinstalled on purpose and stays a node, put its new key into hostKey' : 'Bring it up'} and run again; or, if the node is gone for good, unregister it on the primary: repmgr standby unregister --node-id=${target.id}.`,
    },
    { cause: error },
  );
}
