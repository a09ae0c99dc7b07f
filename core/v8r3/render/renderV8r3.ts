/** Every file that lands on a node of a V8R3 cluster. The vendor's scripts are used as installed: none is here. */
import { renderDraft, type Draft } from '../../render/draft';
import { firewallDrafts } from '../../render/firewallDrafts';
import { BLOCK } from '../../render/renderNode';
import type { TemplateSet } from '../../render/template';
import type { RenderedFile } from '../../render/types';
import { CRON_FILE } from '../../topology/cronFile';
import { v8r3ActionFiles } from './actionFiles';
import type { V8r3NodePlan, V8r3Plan } from '../plan/types';
import * as views from './views';

/** The failover script starts the new primary in an ssh session: at its end logind would take shared memory and semaphores of that server away. */
const LOGIND: Draft = {
  path: '/etc/systemd/logind.conf.d/60-pulumi-kingbase.conf',
  template: 'os/logind.conf',
  format: 'word',
  view: {},
  onChange: 'logind',
};

export interface RenderedV8r3 {
  /** ssh, logind, firewall, logs, programs of the actions; what the host needs. */
  readonly files: readonly RenderedFile[];
  /** Data directory and the cron lines: only where a database is. */
  readonly databaseFiles: readonly RenderedFile[];
  /** With `@@secret:NAME:ENCODING@@` placeholders; see fillSecrets. */
  readonly secretFiles: readonly RenderedFile[];
}

export function renderV8r3(plan: V8r3Plan, node: V8r3NodePlan, templates: TemplateSet): RenderedV8r3 {
  const render = (drafts: readonly Draft[]) => drafts.map((draft) => renderDraft(draft, templates));
  return {
    files: [
      ...render([
        ...sshFiles(plan, node),
        LOGIND,
        ...poolFiles(plan, node),
        ...firewallDrafts(node, plan.spec.os.firewall),
      ]),
      ...v8r3ActionFiles(plan, node, templates),
    ],
    databaseFiles: render(databaseFiles(plan, node)),
    secretFiles: render(secretFiles(plan, node)),
  };
}

/** Apart, because public keys are known only after the nodes made them: the owner's, and root's. */
export function renderV8r3Trust(
  plan: V8r3Plan,
  node: V8r3NodePlan,
  publicKeys: Readonly<Record<string, string>>,
  templates: TemplateSet,
): readonly RenderedFile[] {
  const view = views.authorizedKeysView(node, publicKeys);
  const base = { template: 'os/authorized_keys', format: 'key', view, mode: '0600', block: BLOCK } as const;
  return [
    renderDraft({ ...base, path: node.paths.ssh.authorizedKeys, owner: ownerOf(plan) }, templates),
    renderDraft({ ...base, path: '/root/.ssh/authorized_keys', owner: 'root:root' }, templates),
  ];
}

function ownerOf({ spec }: V8r3Plan): string {
  return `${spec.os.user}:${spec.os.group}`;
}

function sshFiles(plan: V8r3Plan, node: V8r3NodePlan): Draft[] {
  const { ssh } = node.paths;
  const config = {
    template: 'os/ssh_config',
    format: 'word',
    view: views.sshConfigView(plan, node),
    mode: '0600',
    block: BLOCK,
  } as const;
  return [
    { ...config, path: ssh.config, owner: ownerOf(plan) },
    // kingbasecluster runs as root, and so does the failover script: with the same key, which root may read.
    { ...config, path: '/root/.ssh/config', owner: 'root:root' },
    {
      path: ssh.knownHosts,
      template: 'os/known_hosts',
      format: 'key',
      view: views.knownHostsView(node),
      owner: ownerOf(plan),
    },
  ];
}

function poolFiles(plan: V8r3Plan, node: V8r3NodePlan): Draft[] {
  if (node.pool === undefined) return [];
  return [
    {
      path: `${node.paths.poolEtc}/cluster_hba.conf`,
      template: 'v8r3/cluster_hba.conf',
      format: 'word',
      view: views.poolHbaView(plan.spec),
      mode: '0600',
      owner: ownerOf(plan),
    },
  ];
}

function databaseFiles(plan: V8r3Plan, node: V8r3NodePlan): Draft[] {
  const inData = { mode: '0600', owner: ownerOf(plan), onChange: 'serverReload' as const };
  return [
    {
      path: `${node.paths.data}/kingbase.conf`,
      template: 'v8r3/kingbase.conf',
      format: 'kingbase',
      view: views.serverView(plan.spec),
      ...inData,
      block: BLOCK,
    },
    {
      path: `${node.paths.data}/sys_hba.conf`,
      template: 'v8r3/sys_hba.conf',
      format: 'word',
      view: views.hbaView(plan.spec),
      ...inData,
    },
    {
      path: CRON_FILE,
      template: 'v8r3/KINGBASECRON',
      format: 'cron',
      view: { lines: node.cron.map((line) => ({ line })) },
      onChange: 'cron',
      block: BLOCK,
    },
  ];
}

function secretFiles(plan: V8r3Plan, node: V8r3NodePlan): Draft[] {
  const { paths, pool } = node;
  const { spec } = plan;
  const secret = { mode: '0600', owner: ownerOf(plan) };
  const haModule = { template: 'v8r3/HAmodule.conf', format: 'word', view: views.haModuleView(plan, node) } as const;
  const database: Draft[] = [
    { ...secret, ...haModule, path: `${paths.etc}/HAmodule.conf` },
    {
      ...secret,
      path: `${paths.etc}/recovery.done`,
      template: 'v8r3/recovery.done',
      format: 'word',
      view: views.recoveryDoneView(plan, node),
    },
  ];
  if (pool === undefined) return database;
  const { pcpUser } = spec.pool;
  const { maintenanceUser, superuser } = spec.database;
  return [
    ...database,
    { ...secret, ...haModule, path: `${paths.poolEtc}/HAmodule.conf` },
    {
      ...secret,
      path: `${paths.poolEtc}/kingbasecluster.conf`,
      template: 'v8r3/kingbasecluster.conf',
      format: 'repmgr',
      view: views.poolConfView(plan, node, pool),
    },
    { ...secret, path: `${paths.poolEtc}/pcp.conf`, template: 'v8r3/pcp.conf', format: 'word', view: { pcpUser } },
    {
      ...secret,
      path: `${paths.poolEtc}/cluster_passwd`,
      template: 'v8r3/cluster_passwd',
      format: 'word',
      view: { maintenanceUser, superuser },
    },
  ];
}
