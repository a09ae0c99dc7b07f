// Collects what a run says and counts: events go out as they happen, diagnostics and the summary are kept for the end.
import type { Diagnostic, EngineEvent, Severity, Summary } from '../events';

export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  readonly outcomes = new Map<string, keyof Summary>();
  private readonly seen = new Set<string>();

  constructor(
    private readonly emit: (event: EngineEvent) => void,
    /** Values that must not be shown, whoever prints them. */
    private readonly secrets: () => readonly string[] = () => [],
  ) {}

  event(event: EngineEvent): void {
    this.emit(event);
  }

  log(severity: Severity, message: string, urn?: string, ephemeral = false): void {
    const text = this.mask(message);
    this.emit({ type: 'log', severity, message: text, urn, ephemeral });
    if (!ephemeral && severity !== 'debug') this.diagnostics.push({ severity, message: text, urn });
  }

  /** The same error reaches us on several ways (program, provider, monitor): shown once. */
  error(message: string, urn?: string): void {
    const key = `${urn ?? ''} ${message}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.log('error', message, urn);
  }

  get failed(): boolean {
    return this.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  }

  count(urn: string, outcome: keyof Summary): void {
    this.outcomes.set(urn, outcome);
  }

  get summary(): Summary {
    const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
    for (const outcome of this.outcomes.values()) counts[outcome] += 1;
    return counts;
  }

  private mask(message: string): string {
    return this.secrets().reduce((text, secret) => text.replaceAll(secret, '[secret]'), message);
  }
}
