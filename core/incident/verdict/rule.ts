/** What a rule is: a case → what it found, each with its lines. */
import type { Basis, Evidence, FindingArgs, IncidentFinding, Level } from '../incidentTypes';
import type { Case } from '../merge/case';
import type { Durations, Expected } from '../incidentTypes';
import type { LogEvent } from '../types';

export interface Judged extends Case {
  readonly durations: Durations;
  readonly expected: Expected | null;
}

export type Rule = (about: Judged) => readonly IncidentFinding[];

export interface Found {
  readonly basis?: Basis;
  readonly args?: FindingArgs;
}

const MOST_EVIDENCE = 6;

export function finding(
  rule: string,
  level: Level,
  events: readonly (LogEvent | null)[],
  { basis = 'seen', args = {} }: Found = {},
): IncidentFinding {
  const evidence = events
    .filter((event) => event !== null)
    .slice(0, MOST_EVIDENCE)
    .map(evidenceOf);
  return { rule, level, basis, args, evidence };
}

export function evidenceOf({ file, line, text }: LogEvent): Evidence {
  return { file, line, text };
}
