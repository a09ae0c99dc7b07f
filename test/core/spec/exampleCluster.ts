// A cluster that holds every rule, and short ways to break it in one place.
import { formatFinding, type Finding } from '../../../core/finding';
import { parseClusterSpec } from '../../../core/spec/parseClusterSpec';
import type { ClusterSpec } from '../../../core/spec/types';

/** A well-formed ed25519 host key that belongs to no host; another one for each number. */
export function hostKey(seed: number): string {
  const bytes = [0, 0, 0, 11, ...Buffer.from('ssh-ed25519'), 0, 0, 0, 32, ...Array<number>(32).fill(seed)];
  return `ssh-ed25519 ${Buffer.from(bytes).toString('base64')}`;
}

export function node(number: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: `node${number}`, host: `10.77.0.${10 + number}`, hostKey: hostKey(number), ...more };
}

export function cluster(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    nodes: [node(1), node(2), node(3)],
    virtualIp: '10.77.0.100/24',
    failover: { trustedServers: ['10.77.0.1'] },
    ...more,
  };
}

/** Trusted server kept, the rest of `failover` as given. */
export function failover(more: Record<string, unknown>): Record<string, unknown> {
  return cluster({ failover: { trustedServers: ['10.77.0.1'], ...more } });
}

export function findings(input: unknown): readonly Finding[] {
  const result = parseClusterSpec(input, 'lab');
  return result.ok ? [] : result.findings;
}

/** `path: message` of each finding. */
export function messages(input: unknown): string[] {
  return findings(input).map((finding) => `${finding.path}: ${finding.message}`);
}

/** What the user reads. */
export function text(input: unknown): string {
  return findings(input).map(formatFinding).join('\n');
}

export function spec(input: unknown = cluster()): ClusterSpec {
  const result = parseClusterSpec(input, 'lab');
  if (!result.ok) throw new Error(result.findings.map(formatFinding).join('\n'));
  return result.spec;
}
