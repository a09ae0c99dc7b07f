// Recovery actions as whoever is on the node runs them: action.sh as root, its words, its record.
import { expect } from 'vitest';
import type { ActionRecord } from '../../../core/action/record';
import { parseActionRecord } from '../../../core/action/record';
import type { Lab } from '../../../lab/lab';
import { ACTION } from '../../../core/render/actionFiles';

export interface Acted {
  readonly code: number;
  readonly record: ActionRecord | undefined;
  /** What it said, refusals included. */
  readonly said: string;
}

export async function act(lab: Lab, node: string, ...words: readonly string[]): Promise<Acted> {
  const done = await lab
    .node(node)
    .exec([ACTION, ...words], { anyExit: true, timeoutMs: 900_000, label: `action.sh ${words.join(' ')}` });
  return { code: done.code, record: parseActionRecord(done.stdout), said: done.stdout + done.stderr };
}

/** The codes of everything that was refused, in order. */
export function refusals({ said }: Acted): readonly string[] {
  return [...new Set([...said.matchAll(/^REFUSED ([\w/-]+):/gm)].map(([, code]) => code ?? ''))];
}

/** An id that no earlier run on a kept lab used. */
export function requestId(name: string): string {
  return `${name}-${Date.now()}`;
}

/** Where the ledger of a lab's cluster lies on each node. */
export function actionsFolder(lab: Lab): string {
  return `/var/lib/pulumi-kingbase/${lab.name}/actions`;
}

export function expectSucceeded(done: Acted): Readonly<Record<string, unknown>> {
  expect({ code: done.code, state: done.record?.state }, done.said).toEqual({ code: 0, state: 'succeeded' });
  return done.record?.result ?? {};
}

/** Refused by this code, with nothing begun. */
export function expectRefused(done: Acted, ...codes: readonly string[]): void {
  expect({ codes: refusals(done), code: done.code }, done.said).toEqual({ codes, code: 3 });
}
