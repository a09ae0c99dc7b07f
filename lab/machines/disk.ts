// A node's own disk before it first boots: the writable layer with what tells it from its siblings, and its data volumes.
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest, ManifestNode } from '../manifest';
import { labPaths, nodePaths } from '../paths';
import { run } from '../run';

/** As the base image made them. */
const OPS = 1000;
const KINGBASE = 1001;
/** The lab's stack declares the same as directories.walVolumeMiB. */
export const VOLUME_MIB = 2048;

export interface Volume {
  readonly image: string;
  readonly point: string;
}

/** User data by node, with the public key of whoever logs in; and the ids of its volumes, as a cloud gives them. */
export interface CloudSeed {
  readonly hostKeyOf: (node: string) => string;
  readonly userData: (
    node: ManifestNode,
    loginPublicKey: string,
    volumeIds: Readonly<Record<string, string>>,
  ) => string;
}

/** Of each volume: data, wal, backup. */
export function cloudVolumeIds(node: Pick<ManifestNode, 'octet' | 'role'>): Readonly<Record<string, string>> {
  const uses = node.role === 'repository' ? ['backup'] : ['data', 'wal'];
  return Object.fromEntries(uses.map((use) => [use, `vol-0${node.octet}${use}`]));
}

/** A blank disk of a cloud node lies beside the mount points: it is a device of the node, named by its id. */
export function volumesOf(lab: string, node: ManifestNode): readonly Volume[] {
  if (node.cloud === true) {
    return Object.values(cloudVolumeIds(node)).map((id) => {
      const image = join(nodePaths(lab, node.name).directory, `${id}.img`);
      return { image, point: `/dev/disk/by-id/lab_${id.replace('-', '')}` };
    });
  }
  const points = node.role === 'repository' ? ['/kbrepo'] : ['/kbdata', '/kbwal'];
  return points.map((point) => ({ image: join(nodePaths(lab, node.name).directory, `${point.slice(1)}.img`), point }));
}

export async function createDisk(manifest: Manifest, node: ManifestNode, cloud?: CloudSeed): Promise<void> {
  const paths = nodePaths(manifest.name, node.name);
  for (const path of [paths.upper, paths.work, paths.root, paths.volumes]) mkdirSync(path, { recursive: true });
  const volumes = volumesOf(manifest.name, node);
  if (cloud !== undefined) {
    writeSeed(manifest, node, paths.upper, cloud);
    for (const { image } of volumes) await run('truncate', ['--size', `${VOLUME_MIB}M`, image]);
    return;
  }
  writeIdentity(manifest, node, paths.upper);
  await Promise.all(volumes.map(createVolume));
}

/** No reserved blocks: a full disk shall be full for everybody. */
async function createVolume({ image }: Volume): Promise<void> {
  await run('truncate', ['--size', `${VOLUME_MIB}M`, image]);
  const options = `root_owner=${KINGBASE}:${KINGBASE},lazy_itable_init=1,lazy_journal_init=1`;
  await run('mkfs.ext4', ['-q', '-m', '0', '-E', options, image]);
}

/** What a cloud gives a machine: its network, an id, and user data. Everything else is cloud-init's to do. */
function writeSeed(manifest: Manifest, node: ManifestNode, upper: string, cloud: CloudSeed): void {
  const place = placer(upper);
  place('/etc/machine-id', `${node.machineId}\n`, 0o444);
  place('/etc/hosts', hostsFile(manifest));
  place('/etc/systemd/network/10-lab.network', networkFile(manifest, node));
  place('/etc/systemd/system.conf.d/lab.conf', '[Manager]\nDefaultTimeoutStopSec=10s\n');
  const [type, key] = readFileSync(`${manifest.privateKeyFile}.pub`, 'utf8').split(' ');
  const text = cloud.userData(node, `${type ?? ''} ${key?.trim() ?? ''}`, cloudVolumeIds(node));
  place('/var/lib/cloud/seed/nocloud/user-data', text, 0o600);
  // Debian's minbase has no locales to make, and no mirror to choose.
  place('/etc/cloud/cloud.cfg.d/91-lab.cfg', 'locale: false\napt: {preserve_sources_list: true}\n');
  place('/var/lib/cloud/seed/nocloud/meta-data', `instance-id: i-${node.machineId}\n`);
}

function writeIdentity(manifest: Manifest, node: ManifestNode, upper: string): void {
  const place = placer(upper);
  place('/etc/hostname', `${node.name}\n`);
  place('/etc/machine-id', `${node.machineId}\n`, 0o444);
  place('/etc/hosts', hostsFile(manifest));
  place('/etc/systemd/network/10-lab.network', networkFile(manifest, node));
  // A database that cron started waits for its clients when it is told to end, and systemd waits 90 s for it by default. KWDB is a
  // service of systemd and takes its ten seconds: there the default stays.
  if (manifest.form !== 'kwdb') place('/etc/systemd/system.conf.d/lab.conf', '[Manager]\nDefaultTimeoutStopSec=10s\n');
  place('/etc/ssh/ssh_host_ed25519_key', readFileSync(hostKeyFile(manifest.name, node.name)), 0o600);
  place('/etc/ssh/ssh_host_ed25519_key.pub', `${node.hostKey}\n`);
  mkdirSync(join(upper, 'home/ops/.ssh'), { recursive: true });
  place('/home/ops/.ssh/authorized_keys', readFileSync(`${manifest.privateKeyFile}.pub`), 0o600);
  for (const path of ['home/ops', 'home/ops/.ssh']) chmodSync(join(upper, path), 0o700);
  for (const path of ['home/ops', 'home/ops/.ssh', 'home/ops/.ssh/authorized_keys'])
    chownSync(join(upper, path), OPS, OPS);
}

/** A directory of the upper layer hides the attributes of the one below: every one we make has those Debian gives it (0755, root). */
function placer(upper: string): (path: string, content: string | Buffer, mode?: number) => void {
  return (path, content, mode = 0o644) => {
    const full = join(upper, path);
    mkdirSync(dirname(full), { recursive: true, mode: 0o755 });
    writeFileSync(full, content);
    chmodSync(full, mode);
  };
}

export function hostsFile(manifest: Pick<Manifest, 'nodes'>): string {
  const lines = manifest.nodes.map((node) => `${node.host} ${node.name}`);
  return ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n');
}

export function networkFile(
  manifest: Pick<Manifest, 'gateway'>,
  node: Pick<ManifestNode, 'host' | 'netDevice'>,
): string {
  return [
    '[Match]',
    `Name=${node.netDevice}`,
    '',
    '[Network]',
    `Address=${node.host}/24`,
    `Gateway=${manifest.gateway}`,
    'LinkLocalAddressing=no',
    'IPv6AcceptRA=no',
    // The cluster's virtual address is added by kbha, not by networkd: leave it alone.
    'KeepConfiguration=static',
    '',
  ].join('\n');
}

export function hostKeyFile(lab: string, node: string): string {
  return join(labPaths(lab).directory, 'hostkeys', node);
}

export async function createKey(path: string, comment: string): Promise<string> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
  const [type, key] = readFileSync(`${path}.pub`, 'utf8').split(' ');
  return `${type ?? ''} ${key?.trim() ?? ''}`;
}
