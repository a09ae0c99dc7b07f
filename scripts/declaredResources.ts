// What a program with this cluster would declare, as far as policies look at it: known without an engine, a passphrase or a host.
import { connectionArgs } from '../components/host/connectionArgs';
import { toFilesArgs, toSecretFilesArgs } from '../components/host/fileArgs';
import { loadTemplates } from '../components/templates';
import type { PolicyResource } from '../core/policy/types';
import { renderAuthorizedKeys, renderNode } from '../core/render/renderNode';
import type { ClusterSpec } from '../core/spec/types';
import { toNodeTarget } from '../core/topology/nodeTarget';
import { planCluster } from '../core/topology/planCluster';
import type { ClusterPlan, NodePlan } from '../core/topology/types';

export interface KnownSecrets {
  readonly passwords?: Readonly<Record<string, string>>;
}

const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
/** Nodes make their keys themselves; the rest of the line does not depend on them. */
const ANY_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB';

export function declaredResources(spec: ClusterSpec, { passwords }: KnownSecrets): readonly PolicyResource[] {
  const plan = planCluster(spec);
  const { name } = spec;
  const endpoints = { readWriteEndpoint: plan.endpoints.readWrite };
  return [
    { type: 'kingbase:ha:Cluster', name, props: { ...spec, ...endpoints } },
    ...plan.nodes.flatMap((node) => nodeResources(plan, node, passwords)),
  ];
}

function nodeResources(
  plan: ClusterPlan,
  node: NodePlan,
  passwords: KnownSecrets['passwords'],
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
    ...(isMember
      ? [
          of('SecretFiles', 'secrets', { files: toSecretFilesArgs(rendered.secretFiles), ...secrets }),
          of('Member', 'member', { files: toFilesArgs(rendered.databaseFiles) }),
        ]
      : []),
  ];
}
