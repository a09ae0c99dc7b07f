// unknown -> AwsNodesPlan, or every finding at once: those about AWS and those about the cluster that is to run there.
import { walBudgetMiB } from '../budget/walBudget';
import type { Finding } from '../finding';
import { isAtOrBelow } from '../text/configPath';
import { applyDefaults } from '../spec/fillDefaults';
import { parseClusterSpec } from '../spec/parseClusterSpec';
import { validateShape, type SchemaNode } from '../spec/validateShape';
import type { ClusterSpec } from '../spec/types';
import { backupAge } from './metrics';
import { planAwsNodes, toClusterInput, type ClusterPart } from './planAwsNodes';
import { access } from './rules/access';
import { networks } from './rules/networks';
import type { AwsRule } from './rules/rule';
import { storage } from './rules/storage';
import { zones } from './rules/zones';
import { awsNodesSchema } from './schema';
import type { AwsNodesPlan, AwsNodesSpec } from './types';

export type AwsParseResult =
  { readonly ok: true; readonly plan: AwsNodesPlan } | { readonly ok: false; readonly findings: readonly Finding[] };

export interface AwsNodesRequest {
  /** Name of the resource: of the cluster too, where `cluster` gives none. */
  readonly name: string;
  readonly aws: unknown;
  /** The cluster without its hosts: those are what is made here. */
  readonly cluster: ClusterPart;
  /** OpenSSH public host key by name of the node. */
  readonly hostKeyOf: (node: string) => string;
}

const RULES: readonly AwsRule[] = [networks, zones, storage, access];

export function parseAwsNodes(request: AwsNodesRequest): AwsParseResult {
  const shape = validateShape(request.aws, awsNodesSchema);
  // Rules need a whole input: without a usable shape they would speak of what is not there.
  if (shape.findings.length > 0) return { ok: false, findings: shape.findings };
  const spec = applyDefaults(awsNodesSchema as SchemaNode, request.aws) as AwsNodesSpec;
  const findings = RULES.flatMap((rule) => rule(spec));
  // A place that does not exist makes no address to go on with.
  if (findings.some(({ code, path = '' }) => code !== 'aws/one-zone' && isPlace(path))) return { ok: false, findings };
  const clusterInput = toClusterInput(request, spec);
  const parsed = parseClusterSpec(clusterInput, request.name);
  const all = parsed.ok
    ? [...findings, ...walRoom(spec, parsed.spec), ...backupAge(spec, parsed.spec)]
    : [...findings, ...clusterFindings(parsed.findings, findings)];
  if (all.length > 0 || !parsed.ok) return { ok: false, findings: all };
  return { ok: true, plan: planAwsNodes(spec, parsed.spec, clusterInput) };
}

const isPlace = (path: string): boolean =>
  path === 'network' || /^(network\.(cidr|zones|vpcId|subnets|subnetBits)|nodes\[)/.test(path);

/** What follows from a mistake that was told already would only distract. */
function clusterFindings(found: readonly Finding[], told: readonly Finding[]): readonly Finding[] {
  const known = told.some(({ path = '' }) => isAtOrBelow(path, 'endpoint'));
  return found
    .filter(({ path = '' }) => !(known && isAtOrBelow(path, 'endpoint')))
    .map((one) => ({ ...one, path: `cluster.${one.path ?? ''}` }));
}

/** 80 % of the volume hold what is kept on purpose, twice: a slot keeps as much again for a standby that is made anew. */
function walRoom({ volumes }: AwsNodesSpec, cluster: ClusterSpec): readonly Finding[] {
  const { keptMiB, checkpointMiB } = walBudgetMiB(cluster);
  const standbys = cluster.nodes.filter(({ role }) => role === 'database').length - 1;
  const slotMiB = standbys > 0 ? keptMiB : 0;
  const neededGiB = Math.ceil((keptMiB + checkpointMiB + slotMiB) / 0.8 / 1024);
  if (volumes.wal.sizeGiB >= neededGiB) return [];
  return [
    {
      code: 'aws/wal-volume',
      path: 'volumes.wal.sizeGiB',
      message: `${volumes.wal.sizeGiB} GiB are too small: wal_keep_segments keeps ${keptMiB} MiB, max_wal_size ${checkpointMiB} MiB, slots of ${standbys} standbys up to ${slotMiB} MiB, in 80 % of the volume`,
      hint: `Give at least ${neededGiB} GiB, or lower wal_keep_segments.`,
    },
  ];
}
