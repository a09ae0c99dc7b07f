/** kingbasecluster.conf and HAmodule.conf → what the analysis needs of them. Values that are secrets are never taken. */
import { INSTALLER_DETECTION, type DetectionSettings } from '../v8r3/detectionBudget';
import type { NodeFact } from './types';

export interface PoolConf {
  readonly detection: DetectionSettings;
  /** Keys of the detection that the file does not hold; the installer's values stand for them. */
  readonly assumed: readonly string[];
  readonly delegateIp: string | null;
  readonly facts: readonly NodeFact[];
}

const DETECTION_KEYS: Readonly<Record<string, keyof DetectionSettings>> = {
  health_check_period: 'healthCheckPeriod',
  health_check_timeout: 'healthCheckTimeout',
  health_check_max_retries: 'healthCheckMaxRetries',
  health_check_retry_delay: 'healthCheckRetryDelay',
  connect_timeout: 'connectTimeout',
  search_primary_node_timeout: 'searchPrimaryNodeTimeout',
};

export function parsePoolConf(text: string): PoolConf {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const parts = /^\s*([A-Za-z_]\w*)\s*=\s*(?:'((?:[^']|'')*)'|([^#\s]*))/.exec(line);
    if (parts !== null) values.set(parts[1] ?? '', parts[2] ?? parts[3] ?? '');
  }
  const detection: Record<string, number> = { ...INSTALLER_DETECTION };
  const assumed: string[] = [];
  for (const [key, field] of Object.entries(DETECTION_KEYS)) {
    const value = Number((values.get(key) ?? '').replace(/\s*(?:ms|s)$/, ''));
    if (!values.has(key) || !Number.isFinite(value) || values.get(key) === '') assumed.push(key);
    else detection[field] = value;
  }
  const facts: NodeFact[] = [];
  for (const [key, value] of values) {
    const id = /^backend_hostname(\d+)$/.exec(key)?.[1];
    if (id !== undefined) facts.push({ kind: 'backend', id: Number(id), host: value, name: null });
  }
  const delegateIp = values.get('delegate_IP') ?? values.get('delegate_ip') ?? null;
  return { detection: detection as unknown as DetectionSettings, assumed, delegateIp, facts };
}

export interface HaConf {
  readonly autoPrimaryRecovery: boolean | null;
  readonly synchronous: boolean | null;
  readonly databaseVip: string | null;
  readonly facts: readonly NodeFact[];
}

/** `NAME=value`, `NAME=(a b)`; a `#` begins a comment anywhere. */
export function parseHaConf(text: string): HaConf {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const parts = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line.replace(/#.*$/, ''));
    if (parts !== null) values.set(parts[1] ?? '', (parts[2] ?? '').trim().replace(/^["']|["']$/g, ''));
  }
  const list = (name: string): readonly string[] =>
    (values.get(name) ?? '')
      .replace(/[()"']/g, ' ')
      .split(/\s+/)
      .filter((one) => one !== '');
  const [names, hosts] = [list('ALL_NODE_NAME'), list('KB_ALL_IP')];
  const auto = values.get('AUTO_PRIMARY_RECOVERY');
  const sync = values.get('SYNC_FLAG');
  return {
    autoPrimaryRecovery: auto === undefined ? null : /^(1|on|true|yes)$/i.test(auto),
    synchronous: sync === undefined ? null : sync === '1',
    databaseVip: values.get('KB_VIP') ?? null,
    // Both lists are in the order of the nodes; where they differ in length nobody knows which name has which address.
    facts:
      names.length !== hosts.length ? [] : names.map((name, at) => ({ kind: 'named', name, host: hosts[at] ?? null })),
  };
}

/** Which of the two it is, or neither. */
export function confKindOf(text: string): 'poolConf' | 'haConf' | null {
  if (/^\s*(?:backend_hostname0|health_check_period|failover_command)\s*=/m.test(text)) return 'poolConf';
  if (/^\s*(?:KB_GATEWAY_IP|KB_POOL_VIP|KB_ALL_IP|AUTO_PRIMARY_RECOVERY)\s*=/m.test(text)) return 'haConf';
  return null;
}
