// What a pack configuration may say about a rule: its level, its thresholds, and waivers with an owner and an end.
import type { ConfigSchema, PolicyLevel, PolicyRule } from './types';

/** An exception that somebody stands for. It ends by itself. */
export interface Waiver {
  readonly cluster: string;
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it counts, YYYY-MM-DD. */
  readonly until: string;
}

export interface RuleConfig {
  readonly values: Readonly<Record<string, unknown>>;
  readonly waivers: readonly Partial<Waiver>[];
  /** YYYY-MM-DD */
  readonly today: string;
  /** The same moment in milliseconds since 1970: ages are judged by it. */
  readonly now: number;
}

/** Besides a rule's own. */
export const COMMON_PROPERTIES = {
  waivers: {
    type: 'array',
    default: [],
    description: 'Exceptions: {cluster, owner, reason, until}. A waived violation becomes advisory until that day.',
    items: {
      type: 'object',
      required: ['cluster', 'owner', 'reason', 'until'],
      additionalProperties: false,
      properties: {
        cluster: { type: 'string', minLength: 1 },
        owner: { type: 'string', minLength: 1 },
        reason: { type: 'string', minLength: 1 },
        until: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
      },
    },
  },
  today: {
    type: 'string',
    default: '',
    description:
      'The day or moment at which waivers and ages are judged, YYYY-MM-DD or ISO 8601; empty: the clock of the machine.',
  },
} as const;

/** The JSON schema of a rule's configuration, as the Pulumi CLI checks it. */
export function configSchemaOf(rule: PolicyRule): Readonly<Record<string, unknown>> {
  return { ...rule.config, ...COMMON_PROPERTIES };
}

/** Defaults filled in: not every engine does. */
export function readConfig(rule: PolicyRule, given: Readonly<Record<string, unknown>>, clock: Date): RuleConfig {
  const today = given['today'];
  const at = typeof today === 'string' && today !== '' ? today : clock.toISOString();
  return {
    values: Object.fromEntries(
      Object.entries(rule.config).map(([name, property]) => [name, given[name] ?? property.default]),
    ),
    waivers: Array.isArray(given['waivers']) ? (given['waivers'] as Partial<Waiver>[]) : [],
    today: at.slice(0, 10),
    now: Date.parse(at),
  };
}

/** A pack configuration, as `pulumi preview --policy-pack-config` takes it: rule → level, or {enforcementLevel, …}. */
export type PackConfig = Readonly<Record<string, unknown>>;

const LEVELS: readonly unknown[] = ['mandatory', 'advisory', 'disabled'] satisfies PolicyLevel[];

export interface ChosenRule {
  readonly level: PolicyLevel;
  readonly given: Readonly<Record<string, unknown>>;
}

/** `all` sets the level of every rule that is not named itself. */
export function chooseRule(rule: PolicyRule, pack: PackConfig): ChosenRule {
  const given = pack[rule.id];
  const values = isObject(given) ? given : {};
  const level = [levelOf(given), levelOf(pack['all']), rule.level].find((one) => one !== undefined) as PolicyLevel;
  return { level, given: values };
}

function levelOf(given: unknown): PolicyLevel | undefined {
  const level = isObject(given) ? given['enforcementLevel'] : given;
  return LEVELS.includes(level) ? (level as PolicyLevel) : undefined;
}

/** What a pack configuration says that no rule understands: a misspelt name would silently weaken nothing, or everything. */
export function packConfigMistakes(pack: PackConfig, rules: readonly PolicyRule[]): string[] {
  return Object.entries(pack).flatMap(([name, given]) => {
    const rule = rules.find((one) => one.id === name);
    if (rule === undefined && name !== 'all') return [`no policy is called ${JSON.stringify(name)}`];
    if (!isObject(given)) {
      return levelOf(given) === undefined ? [`${name}: ${JSON.stringify(given)} is no enforcement level`] : [];
    }
    const known: Readonly<Record<string, unknown>> = rule === undefined ? {} : configSchemaOf(rule);
    return Object.entries(given).flatMap(([key, value]) => {
      if (key === 'enforcementLevel') {
        return levelOf(given) === undefined ? [`${name}: ${JSON.stringify(value)} is no enforcement level`] : [];
      }
      if (!(key in known)) return [`${name}: there is no ${JSON.stringify(key)}`];
      const property = (known as ConfigSchema)[key];
      return property !== undefined && hasType(value, property.type)
        ? []
        : [`${name}.${key}: ${JSON.stringify(value)} is not of type ${property?.type ?? ''}`];
    });
  });
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
