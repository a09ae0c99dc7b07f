/** A member of a cluster of three as the handler gets it, and what it did to the nodes. */
import type { ReachableNode } from '../../core/observe/types';
import { memberHandler, type MemberInputs, type MemberOutputs } from '../../remote/handlers/member';
import { FakeCluster } from './fakeCluster';
import { primaryNode, standbyNode, SYSTEM } from './observations';

export const HBA = '/kbdata/data/sys_hba.conf';
export const CRON = '/etc/cron.d/KINGBASECRON';
export const file = { text: 'x\n', mode: '0600', owner: 'kingbase:kingbase', onChange: 'rollout' } as const;
export const files = { [HBA]: file, [CRON]: { ...file, onChange: 'cron', block: 'ours' } } as const;
export const database = {
  mode: 'pg',
  encoding: 'UTF8',
  locale: 'C',
  caseSensitive: true,
  checksums: true,
  auth: 'md5',
} as const;

export function inputsOf(cluster: FakeCluster, name: string, changes: Partial<MemberInputs> = {}): MemberInputs {
  const peers = ['node1', 'node2', 'node3'].filter((other) => other !== name).map((other) => cluster.node(other));
  return { ...cluster.node(name), peers, files, systemIdentifier: SYSTEM, incarnation: `machine-${name}`, ...changes };
}

export const handlerOf = (cluster: FakeCluster) => memberHandler(cluster.open, cluster.clock);
export const did = (cluster: FakeCluster): string[] =>
  cluster.log.filter((entry) => !entry.includes(' observe ') && !entry.includes(' apply '));
export const order = (cluster: FakeCluster): string[] => cluster.log.filter((entry) => !entry.includes(' observe '));
export const three = (changes: Record<string, ReachableNode | undefined> = {}) =>
  new FakeCluster({
    node1: primaryNode('node1'),
    node2: standbyNode('node2'),
    node3: standbyNode('node3'),
    ...changes,
  });

export const outputsOf = (cluster: FakeCluster, name: string, changes: Partial<MemberOutputs> = {}): MemberOutputs => ({
  ...inputsOf(cluster, name),
  ...changes,
});
