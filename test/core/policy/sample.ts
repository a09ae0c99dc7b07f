// What a case of a policy is judged on: the resources of a cluster, with texts or properties changed.
import { evaluatePolicies, type PolicyReport, type PolicyResult } from '../../../core/policy/evaluate';
import type { PolicyResource, PolicyRule } from '../../../core/policy/types';
import { declaredResources } from '../../../scripts/declaredResources';
import { cluster, hostKey, node, spec } from '../spec/exampleCluster';

export type Sample = readonly PolicyResource[];

export interface PolicyCase {
  readonly rule: string;
  readonly passes: readonly (Sample | readonly [Sample, Readonly<Record<string, unknown>>])[];
  /** Sample, `path: message` of every finding, and the rule's configuration. */
  readonly fails: readonly (readonly [Sample, readonly string[], Readonly<Record<string, unknown>>?])[];
}

export const PASSWORDS = { system: 'correct-horse-1', esrep: 'battery-staple-2' };
export const CLOCK = new Date('2026-11-21T10:00:00Z');

/** One database node, so that a text is judged once. */
export function alone(more: Record<string, unknown> = {}): Sample {
  return of(cluster({ nodes: [node(1)], failover: {}, ...more }));
}

export function three(more: Record<string, unknown> = {}): Sample {
  return of(cluster(more));
}

export function of(input: Record<string, unknown>, passwords: Record<string, string> = PASSWORDS): Sample {
  return declaredResources(spec(input), { passwords });
}

/** A cluster beside a record that restores it to a point. */
export function restoring(inputs: Record<string, unknown>, confirm?: string): Sample {
  const [first, ...rest] = three();
  const props = { cluster: 'lab', requestId: 'r1', kind: 'restoreToPoint', node: 'node1', inputs, confirm };
  const type = 'kingbase:recovery:RestoreToPoint';
  return [
    first as PolicyResource,
    ...rest,
    { ...(first as PolicyResource), type, name: 'lab-restoreToPoint-r1', props },
  ];
}

/** `failover` with the trusted server kept. */
export function failing(more: Record<string, unknown>): Sample {
  return three({ failover: { trustedServers: ['10.77.0.1'], ...more } });
}

export function parameters(more: Record<string, unknown>): Sample {
  return three({ database: { parameters: more } });
}

/** The texts of files whose path ends so, changed: as a template of somebody's own, or an edit in the program, would. */
export function edited(sample: Sample, path: string, change: (text: string) => string): Sample {
  let changed = 0;
  const result = sample.map((resource) => {
    const files = (resource.props['files'] ?? {}) as Record<string, Record<string, string>>;
    const next = Object.entries(files).map(([name, file]) => {
      if (!name.endsWith(path)) return [name, file] as const;
      const key = 'template' in file ? 'template' : 'text';
      changed += change(file[key] as string) === file[key] ? 0 : 1;
      return [name, { ...file, [key]: change(file[key] as string) }] as const;
    });
    return { ...resource, props: { ...resource.props, files: Object.fromEntries(next) } };
  });
  if (changed === 0) throw new Error(`no text of ${path} was changed`);
  return result;
}

/** es_rep.conf with a line more: the last one of a name counts. */
export function written(line: string): Sample {
  return edited(alone(), 'es_rep.conf', (text) => `${text}${line}\n`);
}

export function without(sample: Sample, path: string, lines: RegExp): Sample {
  return edited(sample, path, (text) =>
    text
      .split('\n')
      .filter((line) => !lines.test(line))
      .join('\n'),
  );
}

export function resource(type: string, props: Record<string, unknown>, name = 'one', parent?: string): PolicyResource {
  return { type, name, props, ...(parent === undefined ? {} : { parent }) };
}

export function status(report: Record<string, unknown> | undefined): Sample {
  const healthy = { cluster: 'lab', healthy: true, reasons: [], nodes: [], settingConflicts: [], pendingRestart: {} };
  const observed = report === undefined ? {} : { observed: { ...healthy, ...report } };
  return [resource('pulumi-nodejs:dynamic/kingbase:ClusterStatus', { cluster: 'lab', nodes: [], ...observed })];
}

export function report(rule: PolicyRule, sample: Sample, config: Readonly<Record<string, unknown>> = {}): PolicyReport {
  // Disabled by default: judged all the same, as if somebody had switched it on.
  const level = rule.level === 'disabled' ? { enforcementLevel: 'advisory' } : {};
  const pack = { [rule.id]: { ...level, ...config } };
  return evaluatePolicies({ resources: sample, config: pack, clock: CLOCK, missing: {} }, [rule]);
}

export function shown({ finding }: PolicyResult): string {
  return finding.path === undefined ? finding.message : `${finding.path}: ${finding.message}`;
}

export { cluster, hostKey, node, spec };
