/** Every file that lands on a node, with its text, mode, owner and what a change of it runs. */
import type { ClusterPlan, CronPlan, NodePlan } from '../topology/types';
import { actionFiles, CLUSTER_LOCK } from './actionFiles';
import { backupFiles } from './backupFiles';
import { osOwner, renderDraft, type Draft } from './draft';
import { endpointFiles } from './endpointFiles';
import { firewallDrafts } from './firewallDrafts';
import { metricsFiles } from './metricsFiles';
import { preloadList, settingsView } from './settings';
import { renderTemplate, type TemplateSet } from './template';
import type { RenderedFile } from './types';
import * as views from './views';

/** Marker of the blocks that we own inside files of others: `# BEGIN pulumi-kingbase` … `# END pulumi-kingbase`. */
export const BLOCK = 'pulumi-kingbase';

export interface RenderedNode {
  /** Operating system and prefix. */
  readonly files: readonly RenderedFile[];
  /** Data directory and the cron line: placed after the data directory exists. */
  readonly databaseFiles: readonly RenderedFile[];
  /** With `@@secret:NAME@@` placeholders; see fillSecrets. */
  readonly secretFiles: readonly RenderedFile[];
}

export const CRON_TEMPLATE = 'v8r6/KINGBASECRON';

export function renderNode(plan: ClusterPlan, node: NodePlan, templates: TemplateSet): RenderedNode {
  const render = (drafts: readonly Draft[]) => drafts.map((draft) => renderDraft(draft, templates));
  const isMember = node.role !== 'repository';
  const backup = backupFiles(plan, node);
  const endpoint = endpointFiles(plan, node, templates);
  return {
    files: [
      ...render([
        ...(isMember ? memberFiles(plan, node) : []),
        ...osFiles(plan),
        ...sshFiles(plan, node),
        ...firewallDrafts(node, plan.spec.os.firewall, node.role !== 'repository'),
        ...securecmddFiles(plan, node),
        ...backup.files,
      ]),
      ...(isMember ? actionFiles(plan, node, templates) : []),
      ...endpoint,
      ...metricsFiles(plan, node, { templates, others: endpoint }),
    ],
    databaseFiles: isMember ? render(databaseFiles(plan, node)) : [],
    secretFiles: render([...(isMember ? secretFiles(plan, node) : []), ...backup.secretFiles]),
  };
}

/** Apart from renderNode, because public keys are known only after the nodes made them. */
export function renderAuthorizedKeys(
  plan: ClusterPlan,
  node: NodePlan,
  publicKeys: Readonly<Record<string, string>>,
  templates: TemplateSet,
): RenderedFile {
  return renderDraft(
    {
      path: node.paths.ssh.authorizedKeys,
      template: 'os/authorized_keys',
      format: 'key',
      view: views.authorizedKeysView(node, publicKeys),
      mode: '0600',
      owner: osOwner(plan),
      block: BLOCK,
    },
    templates,
  );
}

/** The cron block alone, for whoever puts it back without rendering the node. */
export function renderCronBlock(cron: CronPlan, templates: TemplateSet): string {
  return renderTemplate(templates, CRON_TEMPLATE, 'cron', views.cronView({ cron }));
}

function memberFiles(plan: ClusterPlan, node: NodePlan): Draft[] {
  const { user, group } = plan.spec.os;
  return [
    {
      path: node.paths.repmgrConf,
      template: 'v8r6/repmgr.conf',
      format: 'repmgr',
      view: views.repmgrView(plan, node),
      owner: osOwner(plan),
      onChange: 'repmgrd',
    },
    {
      path: '/etc/sudoers.d/pulumi-kingbase',
      template: 'os/sudoers',
      format: 'sudoers',
      view: { user, automation: views.AUTOMATION, lock: CLUSTER_LOCK },
      mode: '0440',
    },
    {
      path: views.AUTOMATION,
      template: 'os/automation.sh',
      format: 'shell',
      view: views.automationView(plan, node),
      mode: '0755',
    },
    {
      path: '/etc/logrotate.d/pulumi-kingbase',
      template: 'os/logrotate',
      format: 'word',
      view: { log: node.paths.log, user, group },
    },
  ];
}

function osFiles({ spec }: ClusterPlan): Draft[] {
  return [
    {
      path: '/etc/sysctl.d/60-pulumi-kingbase.conf',
      template: 'os/sysctl.conf',
      format: 'word',
      view: {},
      onChange: spec.os.applySysctl ? 'sysctl' : 'none',
    },
    {
      path: '/etc/security/limits.d/60-pulumi-kingbase.conf',
      template: 'os/limits.conf',
      format: 'word',
      view: { user: spec.os.user },
    },
    {
      path: '/etc/systemd/logind.conf.d/60-pulumi-kingbase.conf',
      template: 'os/logind.conf',
      format: 'word',
      view: {},
      onChange: 'logind',
    },
  ];
}

function sshFiles(plan: ClusterPlan, node: NodePlan): Draft[] {
  const { ssh } = node.paths;
  const owner = osOwner(plan);
  return [
    {
      path: ssh.config,
      template: 'os/ssh_config',
      format: 'word',
      view: views.sshConfigView(plan, node),
      mode: '0600',
      owner,
      block: BLOCK,
    },
    {
      path: ssh.knownHosts,
      template: 'os/known_hosts',
      format: 'key',
      view: views.knownHostsView(plan, node),
      owner,
    },
  ];
}

function securecmddFiles(plan: ClusterPlan, node: NodePlan): Draft[] {
  if (plan.spec.remoteChannel.kind !== 'securecmdd') {
    return [];
  }
  const config = views.securecmddConfigPath(plan);
  return [
    {
      path: config,
      template: 'os/securecmdd_config',
      format: 'word',
      view: views.securecmddView(plan, node),
      mode: '0600',
      onChange: 'securecmdd',
    },
    {
      path: '/etc/systemd/system/securecmdd.service',
      template: 'os/securecmdd.service',
      format: 'word',
      view: { bin: node.paths.bin, config },
      onChange: 'securecmdd',
    },
  ];
}

function databaseFiles(plan: ClusterPlan, node: NodePlan): Draft[] {
  const { spec } = plan;
  const inData = { mode: '0600', owner: osOwner(plan), onChange: 'rollout' as const };
  const isCronFile = node.cron?.form === 'cron.d';
  return [
    {
      path: `${node.paths.data}/es_rep.conf`,
      template: 'v8r6/es_rep.conf',
      format: 'word',
      view: settingsView(spec, node.paths, node.role === 'database'),
      ...inData,
    },
    {
      path: `${node.paths.data}/sys_hba.conf`,
      template: 'v8r6/sys_hba.conf',
      format: 'word',
      view: views.hbaView(plan),
      ...inData,
    },
    {
      path: `${node.paths.data}/kingbase.conf`,
      template: 'v8r6/kingbase.conf',
      format: 'kingbase',
      view: { preload: preloadList(spec) },
      ...inData,
      block: BLOCK,
    },
    {
      path: node.cron?.path ?? '',
      template: CRON_TEMPLATE,
      format: 'cron',
      view: views.cronView(node),
      mode: isCronFile ? '0644' : '0600',
      owner: isCronFile ? 'root:root' : osOwner(plan),
      onChange: 'cron',
      block: BLOCK,
    },
  ];
}

function secretFiles(plan: ClusterPlan, node: NodePlan): Draft[] {
  return [
    {
      path: node.paths.passwordFile,
      template: 'v8r6/kbpass',
      format: 'pgpass',
      view: views.passwordView(plan),
      mode: '0600',
      owner: osOwner(plan),
    },
  ];
}
