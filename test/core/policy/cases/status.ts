import { status, type PolicyCase } from '../sample';

const healthyNode = { name: 'node1', repmgrdPaused: false, automation: 'active', repmgrd: true, kbha: true };
const withNode = (more: Record<string, unknown>) => status({ nodes: [{ ...healthyNode, ...more }] });

export const statusCases: readonly PolicyCase[] = [
  {
    rule: 'kingbase-status-require-healthy',
    passes: [status({})],
    fails: [
      [status(undefined), ['lab: the nodes have not been looked at yet']],
      [
        status({ healthy: false, reasons: ['node2: on timeline 1, the primary is on 2'] }),
        ['lab: node2: on timeline 1, the primary is on 2'],
      ],
    ],
  },
  {
    rule: 'kingbase-status-require-armed-automation',
    passes: [status({}), withNode({}), status(undefined), withNode({ repmgrd: null, kbha: null, automation: null })],
    fails: [
      [withNode({ repmgrdPaused: true }), ['lab.node1: repmgrd is paused']],
      [withNode({ automation: 'paused' }), ['lab.node1: the cron line of kbha is commented out']],
      [
        withNode({ automation: 'missing', repmgrd: false, kbha: false }),
        ['lab.node1: the cron line of kbha is missing, repmgrd does not run, kbha does not run'],
      ],
    ],
  },
  {
    rule: 'kingbase-status-require-settings-in-effect',
    passes: [status({}), status(undefined)],
    fails: [
      [
        status({ settingConflicts: [{ node: 'node2', name: 'archive_command' }] }),
        ['lab.node2: archive_command is overridden in another file'],
      ],
      [
        status({ pendingRestart: { node3: ['max_connections', 'archive_mode'] } }),
        ['lab.node3: max_connections, archive_mode wait for a restart'],
      ],
    ],
  },
];
