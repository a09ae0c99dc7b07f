// What a program with this cluster would declare, as far as policies look at it: known without an engine, a passphrase or a host.
import { connectionArgs } from '../components/host/connectionArgs';
import { toFilesArgs, toSecretFilesArgs } from '../components/host/fileArgs';
import { loadTemplates } from '../components/templates';
import { ACTION_KINDS } from '../core/action/kinds';
import { actionType, isDestructive, type RecordKind } from '../core/action/kinds/types';
import type { Action } from '../core/action/parseActions';
import type { PolicyResource } from '../core/policy/types';
import { renderAuthorizedKeys, renderNode } from '../core/render/renderNode';
import type { ClusterSpec } from '../core/spec/types';
import { toNodeTarget } from '../core/topology/nodeTarget';
import { planCluster } from '../core/topology/planCluster';
import type { ClusterPlan, NodePlan } from '../core/topology/types';

export interface AlsoDeclared {
  /** Where they could be opened. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** The records under `kingbase:actions`. */
  readonly actions?: readonly Action[];
}

const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
/** Nodes make their keys themselves; the rest of the line does not depend on them. */
const ANY_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB';

export function declaredResources(
  spec: ClusterSpec,
  { passwords, actions = [] }: AlsoDeclared,
): readonly PolicyResource[] {
  const plan = planCluster(spec);
  const { name } = spec;
  const endpoints = { readWriteEndpoint: plan.endpoints.readWrite };
  return [
    { type: 'kingbase:ha:Cluster', name, props: { ...spec, ...endpoints } },
    ...plan.nodes.flatMap((node) => nodeResources(plan, node, passwords)),
    ...backupResources(plan),
    ...actions.map((action) => recordResource(name, action)),
  ];
}

/** As its component declares it, apart from the node that it runs on. */
export function recordResource(
  cluster: string,
  { kind: name, requestId, inputs, confirm }: Action,
  kinds: readonly RecordKind[] = ACTION_KINDS,
): PolicyResource {
  const kind = kinds.find((one) => one.kind === name);
  if (kind === undefined) throw new Error(`parseActions let ${name} pass`);
  return {
    type: actionType(kind),
    name: `${cluster}-${name}-${requestId}`,
    props: { cluster, requestId, kind: name, inputs, destructive: isDestructive(kind, inputs), confirm },
  };
}

/** As the component declares it: what is to be backed up, and every node's sys_rman.conf with placeholders for secrets. */
function backupResources(plan: ClusterPlan): readonly PolicyResource[] {
  const { spec, backup } = plan;
  if (backup === undefined) return [];
  const templates = loadTemplates();
  const texts = plan.nodes.flatMap((node) => {
    const { files, secretFiles } = renderNode(plan, node, templates);
    const conf = [...files, ...secretFiles].find(({ path }) => path === node.backup?.conf);
    return conf === undefined ? [] : [[node.name, conf.text] as const];
  });
  const nodes = plan.nodes.map((node) => ({
    connection: connectionArgs(spec, node.node, undefined),
    target: toNodeTarget(node, spec),
  }));
  const props = { nodes, backup, conf: Object.fromEntries(texts) };
  return [{ type: `${DYNAMIC}Backup`, name: `${spec.name}-backup`, parent: spec.name, props }];
}

function nodeResources(
  plan: ClusterPlan,
  node: NodePlan,
  passwords: AlsoDeclared['passwords'],
): readonly PolicyResource[] {
  const { spec } = plan;
  const templates = loadTemplates();
  const rendered = renderNode(plan, node, templates);
  const parent = `${spec.name}-${node.name}`;
  const host = { connection: connectionArgs(spec, node.node, undefined), target: toNodeTarget(node, spec) };
  const publicKeys = Object.fromEntries(plan.nodes.map((each) => [each.name, ANY_KEY]));
  const of = (kind: string, suffix: string, props: object): PolicyResource => ({
    type: `${DYNAMIC}${kind}`,
    name: `${parent}-${suffix}`,
    parent,
    props: { ...host, ...props },
  });
  const isMember = node.role !== 'repository';
  const secrets = passwords === undefined ? {} : { secrets: passwords };
  return [
    { type: 'kingbase:host:Node', name: parent, parent: spec.name, props: { host: node.host, role: node.role } },
    of('Install', 'install', {}),
    of('Files', 'files', { files: toFilesArgs(rendered.files) }),
    of('Files', 'trust', { files: toFilesArgs([renderAuthorizedKeys(plan, node, publicKeys, templates)]) }),
    ...(rendered.secretFiles.length > 0
      ? [of('SecretFiles', 'secrets', { files: toSecretFilesArgs(rendered.secretFiles), ...secrets })]
      : []),
    ...(isMember ? [of('Member', 'member', { files: toFilesArgs(rendered.databaseFiles) })] : []),
  ];
}
