// One rule over one subject: what it objects to, what of that is waived, and what is not proved yet.
import { formatFinding, type Finding } from '../finding';
import type { RuleConfig, Waiver } from './config';
import type { Judged } from './subjects';
import type { PolicyRule, SubjectKind } from './types';

/** waived and notProved never block: they are told as advisory, whatever the level of the rule. */
export type PolicyState = 'violated' | 'waived' | 'notProved';

export interface PolicyFinding {
  readonly state: PolicyState;
  readonly finding: Finding;
}

/** Longer, and the end of a waiver is no end. */
const LONGEST_WAIVER_DAYS = 366;
const DAY_MS = 86_400_000;

export function judge<K extends SubjectKind>(
  rule: PolicyRule,
  subject: Judged<K>,
  config: RuleConfig,
): readonly PolicyFinding[] {
  const objections = rule.judge(subject.value as never, config.values as never, config.now);
  const waiver = config.waivers.find((one) => subject.cluster !== undefined && one.cluster === subject.cluster);
  return objections.map(({ unproved, ...objection }) => {
    const finding = { hint: rule.hint, ...objection, code: rule.id };
    if (unproved === true) return { state: 'notProved', finding };
    if (waiver === undefined) return { state: 'violated', finding };
    const reasonVoid = whyVoid(waiver, config.today);
    const message = `${finding.message} (${reasonVoid ?? `waived by ${waiver.owner} until ${waiver.until}: ${waiver.reason}`})`;
    return { state: reasonVoid === undefined ? 'waived' : 'violated', finding: { ...finding, message } };
  });
}

/** Why a waiver is none on this day; undefined: it counts. */
export function whyVoid({ owner, reason, until }: Partial<Omit<Waiver, 'cluster'>>, today: string): string | undefined {
  if (owner === undefined || owner === '' || reason === undefined || reason === '') {
    return 'its waiver names no owner or no reason';
  }
  const days = (Date.parse(until ?? '') - Date.parse(today)) / DAY_MS;
  if (Number.isNaN(days)) return `its waiver by ${owner} has no end (until: YYYY-MM-DD)`;
  if (days < 0) return `its waiver by ${owner} ended on ${until}`;
  return days > LONGEST_WAIVER_DAYS
    ? `its waiver by ${owner} ends later than in ${LONGEST_WAIVER_DAYS} days, which is no end`
    : undefined;
}

/** As the CLI prints it below the title. */
export function formatPolicyFinding({ state, finding }: PolicyFinding): string {
  const text = formatFinding(finding);
  return state === 'notProved' ? `not proved: ${text}` : text;
}
