/** Which fault a tool's text speaks of: for a resource that failed and has nothing else. Causes before consequences; empty where no rule knows it. */
import { FAULTS } from './faults';
import type { CureContext, DiagnosedFault, FaultRule, Sighting, ToolText } from './types';

const PLACEHOLDERS: CureContext = {
  stanza: '<stanza>',
  conf: '<sys_rman.conf>',
  repository: '<repository>',
  bin: '<bin>',
  log: '<log>',
  data: '<data>',
  user: '<OS user>',
  host: '<repository host>',
  state: '<state>',
};

export function recogniseText(
  text: string,
  context: Partial<CureContext> = {},
  rules: readonly FaultRule[] = FAULTS,
): DiagnosedFault[] {
  const names = { ...PLACEHOLDERS, ...context };
  return rules.flatMap((rule) => {
    const sightings = sightingsIn(rule, { node: '', where: '', text });
    return sightings.length === 0 ? [] : [toFault(rule, names, sightings)];
  });
}

/** The lines of a text that a rule knows. */
export function sightingsIn({ texts }: FaultRule, { node, where, text }: ToolText): Sighting[] {
  const lines = text.split('\n');
  const known = texts.flatMap((pattern) => {
    const line = lines.find((each) => pattern.test(each)) ?? (pattern.test(text) ? lines[0] : undefined);
    return line === undefined ? [] : [line.trim()];
  });
  return [...new Set(known)].map((line) => ({
    ...(node === '' ? {} : { node }),
    found: where === '' ? line : `${where}: ${line}`,
  }));
}

export function toFault(rule: FaultRule, context: CureContext, sightings: readonly Sighting[]): DiagnosedFault {
  const { id, title, severity, reference } = rule;
  return {
    id,
    title,
    severity,
    nodes: [...new Set(sightings.flatMap(({ node }) => (node === undefined ? [] : [node])))],
    evidence: [...new Set(sightings.map(({ node, found }) => (node === undefined ? found : `${node}: ${found}`)))],
    cure: rule.cure(context, sightings),
    reference,
  };
}
