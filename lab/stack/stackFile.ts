// The stack's config file of one lab: the project's own text with this lab's name and addresses, and secrets made for it.
// It is written once; afterwards it belongs to whoever operates the lab (edit it, then `npm run lab` again).
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { readStackConfig, setStackConfig } from '../engine/stackConfig';
import { DEFAULT_SUBNET, planNetwork } from '../forms';
import type { Manifest } from '../manifest';
import { labPaths } from '../paths';
import { projectRoot } from '../projectRoot';

export const STACK = 'lab';

export interface StackFiles {
  readonly directory: string;
  readonly config: string;
  readonly passphrase: string;
  /** Of the stand-in engine. */
  readonly state: string;
  /** Of the Pulumi CLI: a file backend. */
  readonly backend: string;
}

export function stackFiles(lab: string): StackFiles {
  const directory = labPaths(lab).stack;
  return {
    directory,
    config: join(directory, `Pulumi.${STACK}.yaml`),
    passphrase: join(directory, 'passphrase'),
    state: join(directory, 'state.json'),
    backend: join(directory, 'backend'),
  };
}

export interface ClusterConfig {
  readonly name?: string;
  readonly nodeSource?: Readonly<Record<string, unknown>>;
  readonly nodes?: readonly { readonly name?: string }[];
  readonly install?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

interface StackText {
  readonly config: { readonly 'kingbase:cluster': ClusterConfig };
}

export async function ensureStackFile(manifest: Manifest): Promise<StackFiles> {
  const files = stackFiles(manifest.name);
  if (existsSync(files.config) && existsSync(files.passphrase)) return files;
  mkdirSync(files.backend, { recursive: true, mode: 0o700 });
  if (!existsSync(files.passphrase))
    writeFileSync(files.passphrase, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const temporary = `${files.config}.new.yaml`;
  writeFileSync(temporary, stackText(readTemplate(manifest), manifest), { mode: 0o600 });
  const options = { file: temporary, passphrase: readPassphrase(manifest.name), project: 'kingbase' };
  for (const name of ['system', 'esrep']) {
    const change = { key: `kingbase:passwords.${name}`, value: newPassword(), secret: true, path: true };
    await setStackConfig(options, change);
  }
  // Complete, or not there at all.
  renameSync(temporary, files.config);
  return files;
}

function readTemplate(manifest: Manifest): string {
  const name = manifest.form === 'three' ? 'Pulumi.lab.yaml' : `lab/stack/Pulumi.${manifest.form}.yaml`;
  return readFileSync(join(projectRoot(), name), 'utf8');
}

/** Every address of the default network in the text becomes the same address of this lab's network. */
export function stackText(template: string, manifest: Manifest): string {
  const prefix = (subnet: string): string => planNetwork(subnet).address(0).slice(0, -1);
  const moved = template.replaceAll(prefix(DEFAULT_SUBNET), prefix(manifest.subnet));
  const text = load(moved) as StackText;
  const cluster = text.config['kingbase:cluster'];
  const own: ClusterConfig = {
    ...cluster,
    name: manifest.name,
    nodeSource: { ...cluster.nodeSource, name: manifest.name },
    directories: { ...(cluster['directories'] as object), prefix: manifest.prefix, data: manifest.data },
    // A lab of fewer machines declares those it has.
    ...(Array.isArray(cluster.nodes) ? { nodes: cluster.nodes.filter((node) => has(manifest, node)) } : {}),
    ...(hasRepository(manifest, cluster['backup']) ? {} : { backup: undefined }),
    ...(manifest.media === undefined ? {} : { install: { source: 'media', ...manifest.media } }),
  };
  return dump({ ...text, config: { ...text.config, 'kingbase:cluster': own } }, { lineWidth: -1 });
}

function hasRepository(manifest: Manifest, backup: unknown): boolean {
  const { repository } = (backup ?? {}) as { readonly repository?: unknown };
  return typeof repository !== 'string' || has(manifest, { name: repository });
}

function has(manifest: Manifest, declared: { readonly name?: string }): boolean {
  return manifest.nodes.some((node) => node.name === declared.name);
}

/** What an operator does with an editor: change the declared cluster; the passwords beside it stay sealed. */
export function editClusterConfig(lab: string, change: (cluster: ClusterConfig) => ClusterConfig): void {
  const { config: file } = stackFiles(lab);
  const text = load(readFileSync(file, 'utf8')) as StackText;
  const cluster = change(text.config['kingbase:cluster']);
  const edited = { ...text, config: { ...text.config, 'kingbase:cluster': cluster } };
  writeFileSync(`${file}.edited`, dump(edited, { lineWidth: -1 }), { mode: 0o600 });
  renameSync(`${file}.edited`, file);
}

export function readPassphrase(lab: string): string {
  return readFileSync(stackFiles(lab).passphrase, 'utf8').trim();
}

export async function readClusterConfig(lab: string): Promise<ClusterConfig> {
  const { values } = await readStackConfig({ file: stackFiles(lab).config, passphrase: readPassphrase(lab) });
  return JSON.parse(values['kingbase:cluster'] ?? '{}') as ClusterConfig;
}

export interface Passwords {
  readonly system: string;
  readonly esrep: string;
}

export async function readPasswords(lab: string): Promise<Passwords> {
  const { values } = await readStackConfig({ file: stackFiles(lab).config, passphrase: readPassphrase(lab) });
  return JSON.parse(values['kingbase:passwords'] ?? '{}') as Passwords;
}

const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Letters and digits, at least one of each, so that every password rule of the product is satisfied. */
export function newPassword(): string {
  const body = Array.from({ length: 22 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `k${body}${randomInt(2, 10)}`;
}
