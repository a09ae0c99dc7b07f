/** kingbasecluster.conf → its values by key; the last of several wins. Blanks around `=`, values with and without quotes. */
import type { DetectionSettings } from '../detectionBudget';

export function parsePoolConf(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(?:'((?:[^'\\]|''|\\.)*)'|([^'#\s]+))\s*(?:#.*)?$/.exec(line);
    if (match?.[1] === undefined) continue;
    values[match[1]] = match[3] ?? (match[2] as string).replace(/''|\\(.)/g, (_, escaped?: string) => escaped ?? "'");
  }
  return values;
}

export interface Backend {
  /** node_id of every log. */
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly weight: number;
  readonly data: string;
}

export function backendsOf(values: Readonly<Record<string, string>>): Backend[] {
  return Object.keys(values)
    .flatMap((key) => /^backend_hostname(\d+)$/.exec(key)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((id) => ({
      id,
      host: values[`backend_hostname${id}`] as string,
      port: Number(values[`backend_port${id}`]),
      weight: Number(values[`backend_weight${id}`] ?? 1),
      data: values[`backend_data_directory${id}`] ?? '',
    }));
}

/** What a key that is not there means: the defaults of pgpool-II 3.6. */
export function detectionOf(values: Readonly<Record<string, string>>): DetectionSettings {
  const number = (key: string, fallback: number): number => Number(values[key] ?? fallback);
  return {
    healthCheckPeriod: number('health_check_period', 0),
    healthCheckTimeout: number('health_check_timeout', 20),
    healthCheckMaxRetries: number('health_check_max_retries', 0),
    healthCheckRetryDelay: number('health_check_retry_delay', 1),
    connectTimeout: number('connect_timeout', 10_000),
    searchPrimaryNodeTimeout: number('search_primary_node_timeout', 300),
  };
}
