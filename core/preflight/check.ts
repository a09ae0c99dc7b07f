/** One check: what it looks at and how it judges. Kept small, so that the list of checks reads as a list. */
import type { Facts } from './evidence';
import type { CheckGroup, PreflightRequest, RunnerFacts, Verdict } from './types';

export interface Subject {
  readonly facts: Facts;
  readonly request: PreflightRequest;
  readonly runner: RunnerFacts;
}

export interface Judgement {
  readonly verdict: Exclude<Verdict, 'ERROR'>;
  readonly found: string;
  readonly wanted: string;
  readonly hint: string;
}

export interface Check {
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  /** Left out where it does not apply; default: always. */
  readonly applies?: (request: PreflightRequest, facts: Facts) => boolean;
  readonly judge: (subject: Subject) => Judgement;
}

export function pass(found: string, wanted: string): Judgement {
  return { verdict: 'PASS', found, wanted, hint: '' };
}

export function warn(found: string, wanted: string, hint: string): Judgement {
  return { verdict: 'WARN', found, wanted, hint };
}

export function fail(found: string, wanted: string, hint: string): Judgement {
  return { verdict: 'FAIL', found, wanted, hint };
}

export function isMember(request: PreflightRequest): boolean {
  return request.role !== 'repository';
}

/** A step of ours ran on this host before: its port, data and files may be in use by this cluster itself. */
export function isOurs(facts: Facts): boolean {
  return facts.text('ledger') !== '';
}

/** This node was a member: that its data directory is empty now is a loss, not a beginning. */
export function hadData(facts: Facts): boolean {
  return /\bmember:(cloned|joined)\b/.test(facts.text('ledger'));
}
