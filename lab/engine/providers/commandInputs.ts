// The inputs of @pulumi/command 1.2.1 as the engine needs them, read from property values with the provider's own defaults.
import { isPlainObject, isSecret, makeSecret, mapValues } from '../values';
import { plainForProvider, type PropertyMap, type PropertyValue, unknownValue } from '../values';
import type { CheckFailure } from './provider';

export type CommandType = 'command:local:Command' | 'command:remote:Command' | 'command:remote:CopyToRemote';

export const commandTypes: readonly string[] = [
  'command:local:Command',
  'command:remote:Command',
  'command:remote:CopyToRemote',
] satisfies CommandType[];

const commandKeys = ['create', 'update', 'delete', 'stdin', 'logging', 'environment', 'addPreviousOutputInEnv'];
const knownKeys: Readonly<Record<CommandType, readonly string[]>> = {
  'command:local:Command': [...commandKeys, 'triggers', 'interpreter', 'dir'],
  'command:remote:Command': [...commandKeys, 'triggers', 'connection'],
  'command:remote:CopyToRemote': ['connection', 'triggers', 'source', 'remotePath'],
};
const requiredKeys: Readonly<Record<CommandType, readonly string[]>> = {
  'command:local:Command': [],
  'command:remote:Command': ['connection'],
  'command:remote:CopyToRemote': ['connection', 'source', 'remotePath'],
};

const connectionDefaults: PropertyMap = { user: 'root', port: 22, dialErrorLimit: 10, perDialTimeout: 15 };

/** Fills in the defaults and marks the connection secret, as the provider's check does. */
export function checkCommandInputs(
  type: CommandType,
  news: PropertyMap,
): { readonly inputs: PropertyMap; readonly failures: readonly CheckFailure[] } {
  const failures = [
    ...Object.keys(news)
      .filter((key) => !knownKeys[type].includes(key))
      .map((property) => ({ property, reason: `the stand-in engine does not carry "${property}" of ${type}` })),
    ...requiredKeys[type]
      .filter((key) => news[key] === undefined)
      .map((property) => ({ property, reason: 'missing required property' })),
  ];
  const inputs = mapValues(news, (value, key) => (key === 'connection' ? secretConnection(value) : value));
  return { inputs, failures };
}

function secretConnection(value: PropertyValue): PropertyValue {
  const inner = isSecret(value) ? value.value : value;
  return makeSecret(isPlainObject(inner) ? withDefaults(inner) : inner);
}

function withDefaults(connection: PropertyMap): PropertyMap {
  const proxy = connection['proxy'];
  return {
    ...connectionDefaults,
    ...connection,
    ...(isPlainObject(proxy) ? { proxy: { ...connectionDefaults, ...proxy } } : {}),
  };
}

export interface CommandConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  readonly agentSocketPath?: string;
  readonly hostKey?: string;
  readonly dialErrorLimit: number;
  readonly perDialTimeout: number;
  readonly proxy?: CommandConnection;
}

export interface CommandProperties {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly logging?: 'stdout' | 'stderr' | 'stdoutAndStderr' | 'none';
  readonly environment?: Readonly<Record<string, string>>;
  readonly addPreviousOutputInEnv?: boolean;
  readonly interpreter?: readonly string[];
  readonly dir?: string;
  readonly connection?: CommandConnection;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Secrets revealed: only to run with. */
export function commandProperties(map: PropertyMap): CommandProperties {
  return plainForProvider(map) as CommandProperties;
}

/** At preview what a command will print is not known. */
export function previewOutputs(type: CommandType, inputs: PropertyMap): PropertyMap {
  return type === 'command:remote:CopyToRemote' ? inputs : { ...inputs, stdout: unknownValue, stderr: unknownValue };
}

/** Where a command's lines go while it runs. */
export type LogLine = (line: string) => void;
