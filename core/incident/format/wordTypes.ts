/** What an incident report needs words for. */
import type { Durations, IncidentKind, Level, OutcomeName, PhaseName } from '../incidentTypes';
import type { RecoveryVerdict } from '../types';

export interface RuleWords {
  /** With {name} where an argument of the finding stands. */
  readonly what: string;
  /** Empty: nothing to do. */
  readonly todo: string;
}

export interface IncidentWords {
  readonly locale: string;
  readonly title: string;
  readonly noZone: string;
  readonly zone: (zone: string) => string;
  readonly none: string;
  readonly omitted: (count: number) => string;
  readonly kinds: Readonly<Record<IncidentKind, string>>;
  readonly outcomes: Readonly<Record<OutcomeName, string>>;
  readonly absent: string;
  readonly levels: Readonly<Record<Level, string>>;
  readonly phases: Readonly<Record<PhaseName, string>>;
  readonly durations: Readonly<Record<keyof Durations, string>>;
  readonly verdicts: Readonly<Record<RecoveryVerdict, string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly unknown: string;
  readonly failed: string;
  readonly primary: string;
  readonly executor: string;
  readonly begin: string;
  readonly retries: (seen: number, cadence: string) => string;
  readonly expected: string;
  readonly expectedFrom: Readonly<Record<'configuration' | 'inferred', (retries: number, delay: number) => string>>;
  readonly assumed: (keys: string) => string;
  readonly noBound: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly findings: string;
  readonly todo: string;
  readonly evidence: string;
  readonly timeline: string;
  readonly timelineAfter: string;
  readonly measured: string;
  readonly recoveries: string;
  readonly nodes: string;
  readonly files: string;
  readonly unread: string;
  readonly columns: Readonly<
    Record<
      | 'time'
      | 'offset'
      | 'node'
      | 'phase'
      | 'text'
      | 'line'
      | 'level'
      | 'seconds'
      | 'best'
      | 'expected'
      | 'worst'
      | 'share'
      | 'formula'
      | 'before'
      | 'after'
      | 'host'
      | 'id'
      | 'result'
      | 'times'
      | 'file'
      | 'lines'
      | 'from'
      | 'to'
      | 'kind',
      string
    >
  >;
  readonly seconds: string;
  readonly rules: Readonly<Record<string, RuleWords>>;
}
