/** kingbase:ActionGate: stands before the command of a one-shot record, and refuses at preview that its inputs change under an old id. */
import type { Handler } from './types';

export interface ActionGateInputs {
  readonly requestId: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What will be done, for whoever reads the preview; no part of what was asked for. */
  readonly does?: string;
}

export function actionGateHandler(): Handler<ActionGateInputs, ActionGateInputs> {
  return {
    check: async (olds, news) => ({ inputs: news, failures: changedUnderOldId(olds, news) }),
    diff: async () => ({ changes: false }),
    create: async (inputs) => ({ id: inputs.requestId, outs: inputs }),
    read: async (id, props) => ({ id, props }),
    update: async (_id, olds) => ({ outs: olds }),
    delete: async () => undefined,
  };
}

export function changedUnderOldId(
  olds: Partial<ActionGateInputs> | undefined,
  news: ActionGateInputs,
): { property: string; reason: string }[] {
  if (olds?.requestId === undefined || olds.requestId !== news.requestId) return [];
  const names = [...new Set([...Object.keys(olds.inputs ?? {}), ...Object.keys(news.inputs)])].sort();
  const before = { ...olds.inputs, kind: olds.kind };
  const now = { ...news.inputs, kind: news.kind };
  return [...names, 'kind']
    .filter((name) => JSON.stringify(before[name as 'kind']) !== JSON.stringify(now[name as 'kind']))
    .map((name) => ({
      property: name,
      reason: `${name} of request ${news.requestId} was ${shown(before[name as 'kind'])} and is ${shown(now[name as 'kind'])} now: a record is executed once. Put it back, or use a new requestId`,
    }));
}

function shown(value: unknown): string {
  return value === undefined ? 'not given' : JSON.stringify(value);
}
