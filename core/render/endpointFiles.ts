/** What follows the primary where arping leads nowhere: the health check of a load balancer, or the mover of an address or a record. */
import { REPMGR_DATABASE } from '../topology/planCluster';
import { LIBRARY_DIRECTORY } from '../topology/planPaths';
import type { ClusterPlan, NodePlan } from '../topology/types';
import type { EndpointSpec } from '../spec/types';
import { renderDraft, type Draft } from './draft';
import { AWS_PROGRAM } from './metricsFiles';
import { programFile } from './program';
import type { TemplateSet, View } from './template';
import type { RenderedFile } from './types';

export const ENDPOINT_CONF = '/etc/pulumi-kingbase/endpoint.conf';
export const CHECK_SOCKET = 'pulumi-kingbase-check.socket';
export const ENDPOINT_SERVICE = 'pulumi-kingbase-endpoint.service';
const CHECK = `${LIBRARY_DIRECTORY}/primary-check.sh`;
const UNITS = '/etc/systemd/system';

/** Only a database node can be primary. */
export function endpointFiles(plan: ClusterPlan, node: NodePlan, templates: TemplateSet): readonly RenderedFile[] {
  const drafts = endpointDrafts(plan, node);
  if (drafts.length === 0) return [];
  const moved = plan.spec.endpoint?.kind !== 'loadBalancer';
  const programs = moved ? ['primary-check.sh', 'endpoint.sh', 'endpoint.py', AWS_PROGRAM] : ['primary-check.sh'];
  return [
    ...drafts.map((draft) => renderDraft(draft, templates)),
    // The health check is a new process each time; what runs on must begin again.
    ...programs.map((name) => programFile(name, templates, moved ? 'endpoint' : 'none')),
  ];
}

/** Before their templates are filled in; none on other nodes. */
export function endpointDrafts(plan: ClusterPlan, node: NodePlan): readonly Draft[] {
  const { endpoint } = plan.spec;
  if (endpoint === undefined || node.role !== 'database') return [];
  const moved = endpoint.kind !== 'loadBalancer';
  return [confDraft(plan, node, endpoint), ...(moved ? moverDrafts() : checkDrafts(plan, endpoint))];
}

function confDraft(plan: ClusterPlan, node: NodePlan, endpoint: EndpointSpec): Draft {
  return {
    path: ENDPOINT_CONF,
    template: 'os/endpoint.conf',
    format: 'shell',
    view: confView(plan, node, endpoint),
    onChange: endpoint.kind === 'loadBalancer' ? 'none' : 'endpoint',
  };
}

function confView({ spec }: ClusterPlan, node: NodePlan, endpoint: EndpointSpec): View {
  return {
    cluster: spec.name,
    kind: endpoint.kind,
    fence: endpoint.fence,
    osUser: spec.os.user,
    bin: node.paths.bin,
    node: node.name,
    host: node.host,
    port: node.ports.database,
    database: REPMGR_DATABASE,
    address: endpoint.addresses[0] ?? '',
    device: node.node.netDevice,
    region: endpoint.region ?? '',
    zoneId: endpoint.zoneId ?? '',
    ttl: endpoint.ttlSeconds,
    passwordFile: node.paths.passwordFile,
    peers: node.peers.filter(({ role }) => role !== 'repository').map(({ host, role }) => ({ host, role })),
  };
}

function checkDrafts({ spec }: ClusterPlan, { checkPort }: EndpointSpec): Draft[] {
  return [
    unit(CHECK_SOCKET, { port: checkPort }),
    unit('pulumi-kingbase-check@.service', { check: CHECK, user: spec.os.user }),
    wants(CHECK_SOCKET),
  ];
}

function moverDrafts(): Draft[] {
  return [unit(ENDPOINT_SERVICE, { follow: `${LIBRARY_DIRECTORY}/endpoint.sh` }), wants(ENDPOINT_SERVICE)];
}

function unit(name: string, view: View): Draft {
  return { path: `${UNITS}/${name}`, template: `os/${name}`, format: 'word', view, onChange: 'endpoint' };
}

function wants(name: string): Draft {
  return {
    path: `${UNITS}/multi-user.target.d/61-pulumi-kingbase-endpoint.conf`,
    template: 'os/pulumi-kingbase-endpoint.wants.conf',
    format: 'word',
    view: { unit: name },
    onChange: 'endpoint',
  };
}
