// What a run tells while it works: consumed by the terminal display, by --json, and by callers of runEngine.

export type Severity = 'debug' | 'info' | 'warning' | 'error';

export type StepOperation =
  | 'same'
  | 'create'
  | 'update'
  | 'delete'
  | 'replace'
  | 'create-replacement'
  | 'delete-replaced'
  | 'remove-pending-replace'
  | 'refresh';

/** One changed property, ready to show: secrets are masked already. */
export interface ShownChange {
  readonly path: string;
  readonly kind: 'add' | 'delete' | 'update';
  readonly old?: string;
  readonly new?: string;
}

export interface StepEvent {
  readonly type: 'step';
  readonly phase: 'started' | 'done' | 'failed';
  readonly operation: StepOperation;
  readonly urn: string;
  readonly resourceType: string;
  readonly name: string;
  readonly parent: string;
  readonly seconds?: number;
  readonly changes: readonly ShownChange[];
  readonly replaceKeys: readonly string[];
  /** Default providers and, where nothing changed, most others: of no interest to people. */
  readonly internal: boolean;
}

export interface LogEvent {
  readonly type: 'log';
  readonly severity: Severity;
  readonly message: string;
  readonly urn?: string;
  /** A line of progress (output of a command), not a message to keep. */
  readonly ephemeral?: boolean;
}

export interface PolicyEvent {
  readonly type: 'policy';
  readonly urn: string;
  readonly pack: string;
  readonly policy: string;
  readonly level: 'advisory' | 'mandatory' | 'disabled' | 'remediate';
  readonly message: string;
  readonly description: string;
}

export interface Summary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
}

export type EngineEvent =
  | { readonly type: 'started'; readonly command: string; readonly stack: string; readonly preview: boolean }
  | StepEvent
  | LogEvent
  | PolicyEvent
  | {
      readonly type: 'outputs';
      readonly changes: readonly ShownChange[];
      readonly outputs: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'summary';
      readonly command: string;
      readonly preview: boolean;
      readonly ok: boolean;
      readonly summary: Summary;
      readonly seconds: number;
    };

export interface Diagnostic {
  readonly severity: Severity;
  readonly message: string;
  readonly urn?: string;
}
