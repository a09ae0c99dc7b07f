/** What reports a node to its cloud: how full its volumes are, how old the last good backup is. */
import type { MetricsSpec } from '../spec/types';
import { LIBRARY_DIRECTORY } from '../topology/planPaths';
import type { ClusterPlan, NodePlan } from '../topology/types';
import { renderDraft, type Draft } from './draft';
import { programFile } from './program';
import type { TemplateSet, View } from './template';
import type { RenderedFile } from './types';

export const METRICS_CONF = '/etc/pulumi-kingbase/metrics.conf';
/** What signs calls of AWS, for this and for the mover of an endpoint. */
export const AWS_PROGRAM = 'aws.py';
const UNIT = 'pulumi-kingbase-metrics';

/** `others`: of the same node; what signs calls is there once. */
export function metricsFiles(plan: ClusterPlan, node: NodePlan, given: Given): readonly RenderedFile[] {
  const drafts = metricsDrafts(plan, node);
  if (drafts.length === 0) return [];
  const shared = `${LIBRARY_DIRECTORY}/${AWS_PROGRAM}`;
  const names = ['metrics.py', ...(given.others.some(({ path }) => path === shared) ? [] : [AWS_PROGRAM])];
  return [
    ...names.map((name) => programFile(name, given.templates, 'none')),
    ...drafts.map((draft) => renderDraft(draft, given.templates)),
  ];
}

interface Given {
  readonly templates: TemplateSet;
  readonly others: readonly RenderedFile[];
}

/** None for a node that has nothing to report. */
export function metricsDrafts({ spec }: ClusterPlan, node: NodePlan): readonly Draft[] {
  const { metrics } = spec;
  if (metrics === undefined) return [];
  const view = confView(metrics, node);
  if (view.volumes.length === 0 && view.backup === '') return [];
  const program = `${LIBRARY_DIRECTORY}/metrics.py`;
  return [
    { path: METRICS_CONF, template: 'os/metrics.conf', format: 'shell', view },
    {
      path: `/etc/systemd/system/${UNIT}.service`,
      template: `os/${UNIT}.service`,
      format: 'word',
      view: { program },
    },
    {
      path: `/etc/systemd/system/${UNIT}.timer`,
      template: `os/${UNIT}.timer`,
      format: 'word',
      view: {},
      onChange: 'timers',
    },
  ];
}

interface ConfView extends View {
  readonly volumes: View[];
  readonly backup: string;
}

function confView({ region, namespace, volumes }: MetricsSpec, node: NodePlan): ConfView {
  return {
    node: node.name,
    region,
    namespace,
    volumes: volumes
      .filter(({ roles }) => roles.includes(node.role))
      .map(({ name, mountPoint }) => ({ name, mountPoint })),
    // Where the jobs of the backups leave their records.
    backup: node.backup?.holdsRepository === true ? `${node.paths.state}/backup` : '',
  };
}
