/** The programs of recovery actions on a member: the runner, one file per kind, the note of the cluster lock, and the scripts they share. */
import { confOf } from '../backup/archiveCommand';
import { nodeEnv } from '../topology/nodeEnv';
import { toNodeTarget } from '../topology/nodeTarget';
import { LIBRARY_DIRECTORY } from '../topology/planPaths';
import type { ClusterPlan, NodePlan } from '../topology/types';
import { Literal } from './escape';
import { PROGRAM, renderTemplate, type TemplateSet, type View } from './template';
import type { RenderedFile } from './types';
import { scmdOptions } from './views';

export const ACTION = `${LIBRARY_DIRECTORY}/action.sh`;
export const CLUSTER_LOCK = `${LIBRARY_DIRECTORY}/cluster-lock.sh`;

const SCRIPTS = ['branches', 'daemons', 'instance', 'json', 'layout', 'movePrimary', 'node', 'operation', 'standby'];
const KINDS = `${PROGRAM}os/actions/`;

export function actionFiles(plan: ClusterPlan, node: NodePlan, templates: TemplateSet): readonly RenderedFile[] {
  const place = (path: string, text: string, mode: string): RenderedFile => ({
    path: `${LIBRARY_DIRECTORY}/${path}`,
    text,
    mode,
    owner: 'root:root',
    onChange: 'none',
  });
  const program = (path: string, name: string, mode: string): RenderedFile => {
    const text = templates[`${PROGRAM}${name}`];
    if (text === undefined) throw new Error(`there is no program ${name}`);
    return { ...place(path, text, mode), program: name };
  };
  const kinds = Object.keys(templates)
    .filter((name) => name.startsWith(KINDS))
    .sort();
  return [
    place('action.conf', renderTemplate(templates, 'os/action.conf', 'shell', actionView(plan, node)), '0644'),
    program('action.sh', 'os/action.sh', '0755'),
    program('cluster-lock.sh', 'os/cluster-lock.sh', '0755'),
    ...SCRIPTS.map((name) => program(`scripts/${name}.sh`, `scripts/${name}.sh`, '0644')),
    ...kinds.map((name) => program(`actions/${name.slice(KINDS.length)}`, name.slice(PROGRAM.length), '0644')),
  ];
}

export function actionView(plan: ClusterPlan, node: NodePlan): View {
  const { spec } = plan;
  const takesPart = node.backup !== undefined && spec.backup !== undefined;
  const values: Readonly<Record<string, string>> = {
    ...nodeEnv(toNodeTarget(node, spec)),
    KB_CONNINFO: node.conninfo,
    KB_RECOVERY: spec.failover.recovery,
    // Where WAL that the nodes no longer have comes from; empty without backups.
    KB_RMAN_CONF: takesPart && spec.backup !== undefined ? confOf(spec.backup) : '',
    KB_STANZA: takesPart && spec.backup !== undefined ? spec.backup.stanza : '',
  };
  return {
    values: Object.entries(values).map(([name, value]) => ({ name: new Literal(name), value })),
    members: plan.nodes
      .filter(({ role }) => role !== 'repository')
      .map(({ name, host, role, id }) => ({ name, host, role, id })),
    channel: new Literal(channelWords(plan, node)),
  };
}

/** Words for an array of the shell: none of them holds a blank or a quote of its own. */
function channelWords({ spec }: ClusterPlan, node: NodePlan): string {
  const seconds = spec.failover.connectTimeoutSeconds;
  return spec.remoteChannel.kind === 'ssh'
    ? `ssh -o ConnectTimeout=${seconds} -o BatchMode=yes`
    : `'${node.paths.bin}/sys_securecmd' ${scmdOptions(node, seconds)}`;
}
