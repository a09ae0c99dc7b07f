// Writes what an administrator with a good script has prepared beforehand: his configuration files and lists. The texts are ours, so that
// both ways end with the same files and only the way differs; making them is not timed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadTemplates } from '../../components/templates';
import { KingbaseError } from '../../core/finding';
import { fillSecrets } from '../../core/render/fillSecrets';
import { renderNode } from '../../core/render/renderNode';
import type { RenderedFile } from '../../core/render/types';
import { parseClusterSpec } from '../../core/spec/parseClusterSpec';
import type { ClusterSpec } from '../../core/spec/types';
import { planCluster } from '../../core/topology/planCluster';
import { toNodeTarget } from '../../core/topology/nodeTarget';
import type { ClusterPlan, NodePlan } from '../../core/topology/types';
import type { Manifest } from '../../lab/manifest';
import { labPaths } from '../../lab/paths';
import { labCluster, PASSWORDS } from '../labs';

export function writeStage(folder: string, manifest: Manifest): void {
  const plan = planLab(manifest);
  put(join(folder, 'cluster.env'), environment(plan, manifest));
  put(join(folder, 'system.password'), `${PASSWORDS.system}\n`);
  for (const node of plan.nodes) writeNode(folder, plan, node);
}

export function planLab(manifest: Manifest): ClusterPlan {
  const parsed = parseClusterSpec(labCluster(manifest));
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  return planCluster(parsed.spec);
}

function writeNode(folder: string, plan: ClusterPlan, node: NodePlan): void {
  const { files, databaseFiles, secretFiles } = renderNode(plan, node, loadTemplates());
  const own = join(folder, node.name);
  put(join(own, 'system.list'), files.map(({ mode, owner, path }) => `${mode} ${owner} ${path}\n`).join(''));
  for (const file of files) put(join(own, 'system', file.path), wholeText(file));
  for (const file of databaseFiles) {
    const isCron = file.path === node.cron?.path;
    put(isCron ? join(own, 'cron') : join(own, 'database', file.path.split('/').pop() ?? ''), wholeText(file));
  }
  for (const file of secretFiles) put(join(folder, 'kbpass'), fillSecrets(file.path, file.text, PASSWORDS));
}

function wholeText({ text, block }: RenderedFile): string {
  return block === undefined ? text : `# BEGIN ${block}\n${text}# END ${block}\n`;
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
}

function environment(plan: ClusterPlan, manifest: Manifest): string {
  const first = plan.nodes[0];
  if (first === undefined) throw new Error('a cluster without nodes');
  const target = toNodeTarget(first, plan.spec);
  const names = plan.nodes.map(({ name }) => name);
  const variables: Record<string, string> = {
    ...Object.fromEntries(plan.nodes.map(({ name, host }) => [`HOST_${name}`, host])),
    NODES: names.join(' '),
    PRIMARY: first.name,
    STANDBYS: names.slice(1).join(' '),
    LOGIN: manifest.user,
    LOGIN_KEY: manifest.privateKeyFile,
    KNOWN_HOSTS: labPaths(manifest.name).knownHosts,
    OS_USER: target.osUser,
    OS_GROUP: target.osGroup,
    OS_HOME: target.home,
    PREFIX: target.prefix,
    BIN: target.bin,
    DATA: target.data,
    REPMGR_CONF: target.repmgrConf,
    PASSWORD_FILE: target.passwordFile,
    SERVER_LOG: target.serverLog,
    IP_PATH: target.ipPath,
    ARPING_PATH: target.arpingPath,
    IDENTITY: first.paths.ssh.identity,
    AUTHORIZED_KEYS: first.paths.ssh.authorizedKeys,
    CRON_FILE: target.cron?.path ?? '',
    PORT: String(target.databasePort),
    SUPERUSER: target.superuser,
    MAINTENANCE_DB: target.maintenanceDb,
    AUTH: plan.spec.database.auth,
    INITDB_OPTIONS: initdbOptions(plan.spec),
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

function initdbOptions({ database }: ClusterSpec): string {
  return [
    `-m ${database.mode}`,
    `-E ${database.encoding}`,
    `--locale=${database.locale}`,
    ...(database.caseSensitive ? [] : ['--enable-ci']),
    ...(database.checksums ? ['--data-checksums'] : []),
  ].join(' ');
}
