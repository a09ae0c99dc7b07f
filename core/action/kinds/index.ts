/** Every kind of action there is: configuration, components, `npm run recover` and the documentation read this table. */
import { assessRecoverability } from './assessRecoverability';
import { drill } from './drill';
import { emergencyExtract } from './emergencyExtract';
import { freezeWrites } from './freezeWrites';
import { preserveEvidence } from './preserveEvidence';
import { promote } from './promote';
import { reclone } from './reclone';
import { rejoin } from './rejoin';
import { resolveMultiPrimary } from './resolveMultiPrimary';
import { restoreToPoint } from './restoreToPoint';
import { startCluster } from './startCluster';
import { switchover } from './switchover';
import { thaw } from './thaw';
import type { ActionKind } from './types';

export const ACTION_KINDS: readonly ActionKind[] = [
  drill,
  rejoin,
  reclone,
  restoreToPoint,
  switchover,
  promote,
  resolveMultiPrimary,
  startCluster,
  freezeWrites,
  thaw,
  preserveEvidence,
  assessRecoverability,
  emergencyExtract,
];

export function findActionKind(kind: unknown): ActionKind | undefined {
  return ACTION_KINDS.find((one) => one.kind === kind);
}

export const kindNames = (): string => ACTION_KINDS.map(({ kind }) => kind).join(', ');
