/** All rules over one incident, and what came of it. */
import type { Basis, IncidentFinding, Level, OutcomeName } from '../incidentTypes';
import { eventOf, firstOfAll } from '../merge/events';
import * as cluster from './clusterRules';
import * as failover from './failoverRules';
import type { Judged, Rule } from './rule';

export const RULES: readonly Rule[] = [...Object.values(failover), ...Object.values(cluster)];

const ORDER: readonly Level[] = ['critical', 'unknown', 'warn', 'info', 'ok'];

export function judge(about: Judged): readonly IncidentFinding[] {
  return RULES.flatMap((rule) => rule(about)).sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
}

export function outcomeOf(about: Judged, findings: readonly IncidentFinding[]): readonly [OutcomeName, Basis] {
  const found = (rule: string): IncidentFinding | undefined =>
    findings.find((one) => one.rule === rule && one.level === 'critical');
  const { kind, kindBasis, group, newPrimaryId, failedId } = about;
  if (found('script-failed') !== undefined) return ['script-failed', 'seen'];
  if (found('no-new-primary') !== undefined) return ['no-new-primary', 'seen'];
  if (kind === 'network-lost' || kind === 'database-stopped') return [kind, kindBasis];
  if (kind === 'recovery-only') return recoveryOutcome(about);
  if (kind === 'blip')
    return firstOfAll(group.episodes, 'healthy', 'reconnected') === null
      ? ['unknown', 'absent']
      : ['recovered-by-itself', 'absent'];
  if (kind === 'pool-only')
    return firstOfAll(group.episodes, 'leader', 'escalation') === null
      ? ['unknown', 'absent']
      : ['pool-moved', 'absent'];
  const somebody = newPrimaryId !== null && newPrimaryId >= 0;
  if (kind === 'standby-down' && somebody)
    return newPrimaryId === failedId ? ['unknown', 'absent'] : ['standby-removed', kindBasis];
  if (kind === 'primary-failover') {
    if (somebody && newPrimaryId !== failedId) return ['failed-over', kindBasis];
    if (firstOfAll(group.episodes, 'promoted') !== null) return ['failed-over', 'seen'];
    if (about.script !== null && eventOf(about.script, 'promoteOk') !== null) return ['failed-over', 'seen'];
  }
  if (found('script-hung') !== undefined) return ['script-failed', 'absent'];
  if (found('no-script') !== undefined) return ['no-script', 'absent'];
  return ['unknown', 'absent'];
}

function recoveryOutcome({ group }: Judged): readonly [OutcomeName, Basis] {
  const last = group.recoveries.at(-1)?.verdict;
  if (last === 'success') return ['node-recovered', 'seen'];
  return last === 'disk_fail_stopdb' || last === 'gateway_fail_stopdb'
    ? ['database-stopped', 'seen']
    : ['not-recovered', 'seen'];
}
