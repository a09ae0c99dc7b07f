/** What the project knows of one kind of recovery action. A new kind: one file here, its line in index.ts, its program in templates/os/actions. */
import type { Finding } from '../../finding';
import type { ClusterSpec, NodeSpec } from '../../spec/types';

export type InputValue = string | number | boolean;
export type ActionInputs = Readonly<Record<string, InputValue>>;

export interface ActionField {
  readonly type: 'string' | 'number' | 'boolean';
  readonly required?: boolean;
  /** The only ones it may be. */
  readonly values?: readonly string[];
  /** One line: what it means and what holds without it. */
  readonly help: string;
}

/** What a record is checked against. Those of another system (core/v8r3/action) have kinds of their own. */
export interface RecordKind {
  readonly kind: string;
  /** One line, for help and documentation. */
  readonly summary: string;
  readonly fields: Readonly<Record<string, ActionField>>;
  /** What the types of the fields do not say; every mistake at once. */
  readonly check: (inputs: ActionInputs, path: string) => readonly Finding[];
  /** Whether such a record may lose data or its only copy: then a policy asks for its confirmation. */
  readonly destructive: boolean | ((inputs: ActionInputs) => boolean);
}

export interface ActionKind extends RecordKind {
  /** Where it runs. */
  readonly node: (spec: ClusterSpec, inputs: ActionInputs) => NodeSpec | Finding;
  /** For the preview: what will happen, and what will not. */
  readonly describe: (node: string, inputs: ActionInputs) => string;
  /** Longest time that it may take. */
  readonly maxSeconds: number;
  /** The program and its words, where it is not action.sh. */
  readonly command?: (requestId: string, inputs: ActionInputs) => readonly string[];
}

export function isDestructive({ destructive }: Pick<RecordKind, 'destructive'>, inputs: ActionInputs): boolean {
  return typeof destructive === 'function' ? destructive(inputs) : destructive;
}

/** Type of the component that declares it. */
export function actionType({ kind }: Pick<RecordKind, 'kind'>): string {
  return `kingbase:recovery:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}
