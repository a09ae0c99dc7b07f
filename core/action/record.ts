/** Reads what an action recorded on its node, and shows it for people. */

export interface ActionRecord {
  readonly requestId: string;
  readonly kind: string;
  readonly cluster: string;
  readonly node: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly state: 'succeeded' | 'failed' | 'running' | 'interrupted' | 'refused';
  readonly reason: string | null;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly seconds?: number;
  /** endedAt: since when it was done and verified; older records do not have it. */
  readonly phases?: readonly { readonly step: string; readonly seconds: number; readonly endedAt?: string }[];
  readonly before?: Standing | null;
  readonly after?: Standing | null;
  /** What the kind has to say. */
  readonly result?: Readonly<Record<string, unknown>> | null;
}

/** Where the node stood. */
export interface Standing {
  readonly role: string;
  readonly timeline: number | null;
  readonly lsn: string | null;
  readonly controlState: string | null;
}

/** undefined where the text is no such record. */
export function parseActionRecord(text: string): ActionRecord | undefined {
  try {
    const raw = JSON.parse(text) as Partial<Record<keyof ActionRecord, unknown>> | null;
    return raw !== null &&
      ['requestId', 'kind', 'node', 'state'].every((name) => typeof raw[name as 'kind'] === 'string')
      ? (raw as unknown as ActionRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

export function formatAction(record: ActionRecord): string {
  const { phases = [], before, after, result } = record;
  return [
    `${record.kind} ${record.requestId} on ${record.node} of cluster ${record.cluster}`,
    ...(before === null || before === undefined ? [] : [`  before   ${standing(before)}`]),
    ...(after === null || after === undefined ? [] : [`  after    ${standing(after)}`]),
    ...phases.map(({ step, seconds }) => `  ${step.padEnd(16)} ${seconds.toFixed(1)} s`),
    ...Object.entries(result ?? {}).map(([name, value]) => `  ${name.padEnd(16)} ${shown(value)}`),
    `${record.state.toUpperCase()}${record.seconds === undefined ? '' : ` in ${record.seconds.toFixed(1)} s`}`,
    ...(record.reason === null ? [] : [`  - ${record.reason}`]),
  ].join('\n');
}

/** One line of a history. */
export function actionLine(record: ActionRecord): string {
  const { startedAt, state, kind, requestId, node, seconds, reason } = record;
  const took = seconds === undefined ? '' : ` ${seconds.toFixed(0)} s`;
  return `${startedAt.slice(0, 19)}Z  ${state.padEnd(11)} ${kind.padEnd(12)} ${node.padEnd(10)} ${requestId}${took}${reason === null ? '' : `  ${reason}`}`;
}

function standing({ role, timeline, lsn, controlState }: Standing): string {
  return `${role}, timeline ${timeline ?? '?'}${lsn === null ? '' : `, ${lsn}`}, control data: ${controlState ?? 'unreadable'}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
