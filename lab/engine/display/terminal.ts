// Shows a run as lines, like the CLI without a terminal: one when a step starts, one when it is done, what programs and hosts
// print in between, then outputs and a summary.
import type { EngineEvent, ShownChange, StepEvent, StepOperation, Summary } from '../events';
import { parseUrn } from '../urn';

const marks: Readonly<Record<StepOperation, string>> = {
  same: ' ',
  create: '+',
  update: '~',
  delete: '-',
  replace: '±',
  'create-replacement': '±',
  'delete-replaced': '±',
  'remove-pending-replace': '-',
  refresh: '~',
};

const doing: Readonly<Record<StepOperation, readonly [planned: string, doing: string, done: string]>> = {
  same: ['', '', ''],
  create: ['create', 'creating', 'created'],
  update: ['update', 'updating', 'updated'],
  delete: ['delete', 'deleting', 'deleted'],
  replace: ['replace', 'replacing', 'replaced'],
  'create-replacement': ['create replacement', 'creating replacement', 'created replacement'],
  'delete-replaced': ['delete original', 'deleting original', 'deleted original'],
  'remove-pending-replace': ['forget', 'forgetting', 'forgotten'],
  refresh: ['changed outside', 'reading', 'changed outside'],
};

export interface DisplayOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
}

export class TerminalDisplay {
  private preview = false;

  constructor(private readonly options: DisplayOptions) {}

  show(event: EngineEvent): void {
    switch (event.type) {
      case 'started':
        this.preview = event.preview;
        return this.line(`${event.preview ? 'Previewing' : 'Running'} ${event.command} (${event.stack})`);
      case 'step':
        return this.step(event);
      case 'log':
        return this.message(event);
      case 'policy':
        // Told by the log line that goes with it.
        return;
      case 'outputs':
        return this.outputs(event.changes, event.outputs);
      case 'summary':
        return this.summary(event);
    }
  }

  private step(event: StepEvent): void {
    if (event.internal || event.operation === 'same') return;
    const isQuietRefresh = event.operation === 'refresh' && event.changes.length === 0;
    if (isQuietRefresh || (this.preview && event.phase === 'started')) return;
    // The replacement is told by the steps around it; in a preview it is the line that counts.
    if (event.operation === 'replace' ? !this.preview : this.preview && event.operation.includes('replace')) return;
    const [planned, during, done] = doing[event.operation];
    const word =
      event.phase === 'failed' ? 'FAILED' : event.phase === 'started' ? during : this.preview ? planned : done;
    const time = event.seconds === undefined || this.preview ? '' : ` (${event.seconds.toFixed(1)}s)`;
    const name = `${shortType(event.resourceType)} ${event.name}`;
    this.line(this.paint(event.operation, ` ${marks[event.operation]} ${name} ${word}${time}`));
    if (this.preview || event.operation === 'refresh') this.changes(event.changes, event.replaceKeys);
  }

  private changes(changes: readonly ShownChange[], replaceKeys: readonly string[]): void {
    for (const change of changes) {
      const head = change.path.split(/[.[]/)[0] ?? '';
      const note = replaceKeys.includes(head) ? '  (replaces)' : '';
      this.line(`     ${changeText(change)}${note}`);
    }
  }

  private message(event: Extract<EngineEvent, { type: 'log' }>): void {
    if (event.severity === 'debug') return;
    const subject = event.urn === undefined ? '' : `${parseUrn(event.urn).name}: `;
    const label = event.severity === 'info' ? '' : `${event.severity}: `;
    const text = `${label}${subject}${event.message.trimEnd()}`;
    const color = event.severity === 'error' ? 31 : event.severity === 'warning' ? 33 : undefined;
    for (const line of text.split('\n')) this.line(`     ${color === undefined ? line : this.colored(line, color)}`);
  }

  private outputs(changes: readonly ShownChange[], outputs: Readonly<Record<string, string>>): void {
    if (changes.length === 0 && Object.keys(outputs).length === 0) return;
    this.line('Outputs:');
    if (changes.length === 0)
      Object.entries(outputs).forEach(([key, value]) => this.line(`     ${key}: ${shortened(value)}`));
    else changes.forEach((change) => this.line(`   ${changeText(change)}`));
  }

  private summary(event: Extract<EngineEvent, { type: 'summary' }>): void {
    const { summary, ok, seconds } = event;
    this.line(`Resources: ${summaryText(summary, event.preview)}`);
    this.line(`${ok ? 'Done' : this.colored('FAILED', 31)} in ${seconds.toFixed(1)}s`);
  }

  private paint(operation: StepOperation, text: string): string {
    const colors: Readonly<Record<string, number>> = { '+': 32, '~': 33, '-': 31, '±': 35 };
    return this.colored(text, colors[marks[operation]] ?? 0);
  }

  private colored(text: string, code: number): string {
    return this.options.color ? `\u001B[${code}m${text}\u001B[0m` : text;
  }

  private line(text: string): void {
    this.options.write(`${text}\n`);
  }
}

/** `pulumi-nodejs:dynamic/kingbase:Files` reads better as `kingbase:Files`. */
function shortType(type: string): string {
  return type.replace(/^pulumi-nodejs:dynamic\//, '');
}

const longestUnchanged = 160;

/** What did not change is named, not recited: the `outputs` command prints all of it. */
function shortened(value: string): string {
  return value.length <= longestUnchanged ? value : `${value.slice(0, longestUnchanged)}…`;
}

function changeText(change: ShownChange): string {
  if (change.kind === 'add') return `+ ${change.path}: ${change.new ?? ''}`;
  if (change.kind === 'delete') return `- ${change.path}: ${change.old ?? ''}`;
  return `~ ${change.path}: ${change.old ?? ''} => ${change.new ?? ''}`;
}

export function summaryText(summary: Summary, preview: boolean): string {
  const words = preview
    ? { create: 'to create', update: 'to update', replace: 'to replace', delete: 'to delete', same: 'unchanged' }
    : { create: 'created', update: 'updated', replace: 'replaced', delete: 'deleted', same: 'unchanged' };
  const parts = (['create', 'update', 'replace', 'delete', 'same'] as const)
    .filter((key) => summary[key] > 0)
    .map((key) => `${summary[key]} ${words[key]}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}
