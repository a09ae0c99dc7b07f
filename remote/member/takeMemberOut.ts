/** Member's delete: cron, kbha, repmgrd, database, in this order, then our files. Data stays, and a note says that it was left on purpose. */
import { KingbaseError } from '../../core/finding';
import { primaries } from '../../core/member/clusterView';
import { readMemberLedger } from '../../core/member/ledger';
import { cronFiles, dataFiles } from '../databaseFiles';
import type { MemberInputs } from '../handlers/member';
import { onHost } from '../handlers/support';
import { removeFiles } from '../nodeFiles';
import type { OpenRemote, Remote } from '../remote';
import { isUnreachable } from '../remoteError';
import { warn } from '../warn';
import { observePeers, toSeenNode } from './memberFacts';
import { memberSteps } from './memberSteps';

export async function takeMemberOut(open: OpenRemote, inputs: MemberInputs): Promise<void> {
  try {
    await onHost(open, inputs.connection, (remote) => takeOut(remote, inputs));
  } catch (error) {
    if (!isUnreachable(error)) {
      throw error;
    }
    await allowGone(open, inputs, error as KingbaseError);
  }
}

async function takeOut(remote: Remote, inputs: MemberInputs): Promise<void> {
  const { target, files } = inputs;
  const note = readMemberLedger((await remote.get(`${target.state}/member.json`))?.toString('utf8'), target.cluster);
  if (note.kind === 'read' && note.ledger.node !== target.name) {
    warn(inputs.connection.host, `is now the node "${note.ledger.node}" of this cluster; nothing of "${target.name}" is left to take out`);
    return;
  }
  await removeFiles(remote, target, cronFiles(files), true);
  await memberSteps(remote, inputs, ['stopKbha', 'stopRepmgrd', 'stop', 'left']);
  for (const path of await removeFiles(remote, target, dataFiles(files))) {
    warn(inputs.connection.host, `${path} was edited by hand and is left there`);
  }
  warn(inputs.connection.host, `the database is stopped; its data stays in ${target.data}`);
}

/** A host that is gone may be forgotten once the cluster has forgotten it too: unregistered, or the whole cluster is being taken down. */
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
      `${target.name} is not reachable; its database, files and data stay as they are there`,
    );
    return;
  }
  throw new KingbaseError(
    {
      code: 'member/gone-but-registered',
      path: target.name,
      message: `is not reachable (${error.findings[0]?.message ?? error.message}) and it is not certain that the cluster has forgotten it`,
      hint: `Bring it up and run again; or, if the host is gone for good, unregister it on the primary: repmgr standby unregister --node-id=${target.id}.`,
    },
    { cause: error },
  );
}
