/** What every component about a cluster begins with: the object under `kingbase:cluster` checked, and its mistakes as Pulumi shows mistakes. */
import * as pulumi from '@pulumi/pulumi';
import { formatFindings, KingbaseError, type Finding } from '../core/finding';
import { parseClusterSpec } from '../core/spec/parseClusterSpec';
import type { ClusterSpec } from '../core/spec/types';
import { ClusterArgsError } from './clusterArgsError';
import { resolveNodeSource, type RawCluster } from './nodes/nodeSource';

/** `input`: without secrets. Throws every finding at once. */
export function parseClusterInput(name: string, input: object): ClusterSpec {
  try {
    const parsed = parseClusterSpec(resolveNodeSource(input as RawCluster), name);
    if (parsed.ok) return parsed.spec;
    throw new ClusterArgsError(name, parsed.findings);
  } catch (error) {
    throw error instanceof KingbaseError ? new ClusterArgsError(name, error.findings) : error;
  }
}

/** Pulumi prints it without a stack trace: it is a mistake in the input. */
export function refusal(findings: readonly Finding[]): pulumi.RunError {
  return new pulumi.RunError(formatFindings(findings));
}
