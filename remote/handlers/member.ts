/** kingbase:Member: one node's part in the cluster. It joins whoever is primary now, keeps its files, daemons and registration, and leaves without touching data. */
import type { MemberDrift } from '../../core/member/findDrift';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { systemClock, type Clock } from '../clock';
import { bringMember } from '../member/bringMember';
import { observeMember, type MemberObserved } from '../member/observeMember';
import { takeMemberOut } from '../member/takeMemberOut';
import type { MemberInputs } from '../member/types';
import { shareCluster } from '../operation/shareCluster';
import type { OpenRemote } from '../remote';
import { inputsDiffer, type Observed } from './support';
import type { DiffResult, Handler } from './types';

export type { MemberInputs };

export interface MemberOutputs extends MemberInputs {
  readonly observed?: Observed<MemberObserved>;
}

export function memberHandler(open: OpenRemote, clock: Clock = systemClock): Handler<MemberInputs, MemberOutputs> {
  const context = { open, clock };
  /** Clone, repair and leave: not while another run is at work on this cluster. The members of one run do not exclude one another. */
  const held = <T>(inputs: MemberInputs, act: () => Promise<T>): Promise<T> =>
    shareCluster(open, [inputs, ...inputs.peers], 'members', act);
  return {
    check: async (olds, news) => ({ inputs: news, failures: refuseOtherIdentity(olds.target, news.target) }),
    diff: async (_id, olds, news) => diffMember(olds, news),
    create: async (inputs) => ({
      id: `${inputs.target.cluster}/${inputs.target.name}`,
      outs: {
        ...inputs,
        observed: await held(inputs, () => bringMember(context, inputs, { isNew: true, removed: {} })),
      },
    }),
    read: async (id, props) => ({ id, props: { ...props, observed: await observeMember(open, props) } }),
    update: async (_id, olds, news) => {
      const isNew = olds.incarnation !== news.incarnation;
      const gone = Object.entries(olds.files).filter(([path]) => !(path in news.files));
      const removed = isNew ? {} : Object.fromEntries(gone);
      const observed = await held(news, () => bringMember(context, news, { isNew, removed }));
      return { outs: { ...news, observed } };
    },
    delete: async (_id, props) => held(props, () => takeMemberOut(open, props)),
  };
}

/**
 * Replacing a member stops its database. A node id that shifted because a node before it left the list, or a data or WAL directory under
 * another name, must never do that to a running cluster: the preview refuses.
 */
function refuseOtherIdentity(old: NodeTarget | undefined, now: NodeTarget): { property: string; reason: string }[] {
  if (old === undefined || old.name !== now.name || old.host !== now.host) {
    return [];
  }
  const changed = (['id', 'role', 'data', 'wal'] as const).filter((key) => old[key] !== now[key]);
  return changed.map((key) => ({
    property: 'target',
    reason: `${now.name}: ${key} changed from ${old[key] ?? 'none'} to ${now[key] ?? 'none'}; ${IDENTITY_HINTS[key]}`,
  }));
}

const IDENTITY_HINTS = {
  id: 'ids follow the position in nodes unless they are given: give every node its id, as it is registered now',
  role: 'take the node out, let the update remove it, then add it in its new role',
  data: 'a data directory is not moved by an update, and directories.data is that of every node: put the old value back. For another volume, keep the path and change what is mounted there, one node at a time: docs/operating.md, "Move data to another volume"',
  wal: 'the WAL directory of a database is not moved by an update, and this one would go on with the old one: put the old value back. For another volume, keep the path and change what is mounted there, one node at a time: docs/operating.md, "Move data to another volume"',
} as const;

/**
 * Another machine or another cluster makes another member; peers are only whom we ask. A machine that also shows another key took the place
 * of the old one: there is nobody left to whom a delete could talk, so the new one joins under the same resource.
 */
function diffMember(olds: MemberOutputs, news: MemberInputs): DiffResult {
  const replaces = [
    ...(olds.incarnation === news.incarnation || isInItsPlace(olds, news) ? [] : ['incarnation']),
    ...(olds.systemIdentifier === news.systemIdentifier ? [] : ['systemIdentifier']),
    ...(identity(olds.target) === identity(news.target) ? [] : ['target']),
  ];
  if (replaces.length > 0) {
    return { changes: true, replaces, deleteBeforeReplace: true };
  }
  return {
    changes:
      inputsDiffer<MemberInputs>(olds, news, ['connection', 'target', 'files', 'database']) || driftOf(olds).length > 0,
  };
}

/** The key in the configuration is the operator's word for the change, and Install has been let in with it. */
function isInItsPlace(olds: MemberInputs, news: MemberInputs): boolean {
  return olds.connection.host === news.connection.host && olds.connection.hostKey !== news.connection.hostKey;
}

function identity({ name, host }: NodeTarget): string {
  return JSON.stringify([name, host]);
}

function driftOf({ observed }: MemberOutputs): readonly MemberDrift[] {
  return observed?.reachable === true ? observed.drift : [];
}
