// The stack's config of a lab of V8R3: `kingbase:v8r3` with this lab's addresses and keys, and secrets made for it. Written once; afterwards it belongs
// to whoever operates the lab (edit it, then `npm run lab -- --system v8r3` again).
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { dump } from 'js-yaml';
import { KingbaseError } from '../core/finding';
import { planV8r3 } from '../core/v8r3/plan/planV8r3';
import type { V8r3Plan } from '../core/v8r3/plan/types';
import { parseV8r3Spec } from '../core/v8r3/spec/parseV8r3Spec';
import type { V8r3Input } from '../core/v8r3/spec/schema';
import { readStackConfig, setStackConfig } from './engine/stackConfig';
import { planNetwork } from './forms';
import type { Manifest } from './manifest';
import { newPassword, readPassphrase, stackFiles } from './stack/stackFile';

export const V8R3_SECRETS = ['system', 'supermanager', 'pcp', 'watchdog'] as const;
export type V8r3Secrets = Readonly<Record<(typeof V8R3_SECRETS)[number], string>>;

/** What an operator would write down: short checks, so that a lost primary is noticed within seconds; everything else as the schema has it. */
export function v8r3Input(manifest: Manifest): V8r3Input {
  const { address, subnet } = planNetwork(manifest.subnet);
  return {
    name: manifest.name,
    connection: { user: manifest.user, privateKeyFile: manifest.privateKeyFile },
    nodes: manifest.nodes.map(({ name, host, hostKey, netDevice }) => ({ name, host, hostKey, netDevice })),
    directories: { cluster: dirname(manifest.prefix), data: manifest.data },
    database: {
      parameters: {
        shared_buffers: '64MB',
        wal_keep_segments: 32,
        max_wal_size: '256MB',
        logging_collector: true,
        password_encryption: 'md5',
      },
    },
    trustedServers: [manifest.gateway, ...(manifest.moreGateways ?? [])],
    virtualIps: { database: manifest.virtualIp, cluster: `${address(101)}/24` },
    clients: [subnet],
    recovery: { automaticPrimary: false },
    pool: {
      children: 8,
      healthCheck: { timeoutSeconds: 5, maxRetries: 3, retryDelaySeconds: 2 },
      watchdog: { heartbeatDeadtimeSeconds: 10 },
    },
  };
}

export async function ensureV8r3Stack(manifest: Manifest): Promise<void> {
  const files = stackFiles(manifest.name);
  if (existsSync(files.config) && existsSync(files.passphrase)) return;
  mkdirSync(files.backend, { recursive: true, mode: 0o700 });
  if (!existsSync(files.passphrase))
    writeFileSync(files.passphrase, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const temporary = `${files.config}.new.yaml`;
  const text = dump({ config: { 'kingbase:v8r3': v8r3Input(manifest) } }, { lineWidth: -1 });
  writeFileSync(temporary, text, { mode: 0o600 });
  const options = { file: temporary, passphrase: readPassphrase(manifest.name), project: 'kingbase' };
  for (const name of V8R3_SECRETS) {
    const change = { key: `kingbase:passwords.${name}`, value: newPassword(), secret: true, path: true };
    await setStackConfig(options, change);
  }
  // Complete, or not there at all.
  renameSync(temporary, files.config);
}

export async function readV8r3Plan(lab: string): Promise<V8r3Plan> {
  const { values } = await readStackConfig({ file: stackFiles(lab).config, passphrase: readPassphrase(lab) });
  const parsed = parseV8r3Spec(JSON.parse(values['kingbase:v8r3'] ?? '{}'), lab);
  if (parsed.ok) return planV8r3(parsed.spec);
  throw new KingbaseError(parsed.findings);
}

export async function readV8r3Secrets(lab: string): Promise<V8r3Secrets> {
  const { values } = await readStackConfig({ file: stackFiles(lab).config, passphrase: readPassphrase(lab) });
  return JSON.parse(values['kingbase:passwords'] ?? '{}') as V8r3Secrets;
}
