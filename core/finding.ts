/** What is wrong with an input or a host, in one shape everywhere: gathered, never thrown one by one. */
export interface Finding {
  /** Stable id, `area/what`, for example `spec/duplicate-host`. */
  readonly code: string;
  /** Where: a config path (`nodes[2].host`) or a host and subject (`node2: /etc/cron.d/KINGBASECRON`). */
  readonly path?: string;
  /** Lowercase, exact values, no final punctuation. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly hint?: string;
}

export function formatFinding(finding: Finding): string {
  const head = finding.path === undefined ? finding.code : finding.path;
  const hint = finding.hint === undefined ? '' : `\nHINT: ${finding.hint}`;
  return `${head}: ${finding.message}${hint}`;
}

export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(formatFinding).join('\n');
}

/** A mistake of the user's or a state of the world, not a bug: shown without a stack trace. */
export class KingbaseError extends Error {
  readonly code: string;
  readonly findings: readonly Finding[];

  constructor(findings: Finding | readonly Finding[], options?: { cause?: unknown }) {
    const all: readonly Finding[] = Array.isArray(findings) ? findings : [findings as Finding];
    super(formatFindings(all), options);
    this.name = 'KingbaseError';
    this.findings = all;
    this.code = all[0]?.code ?? 'unknown';
  }
}
