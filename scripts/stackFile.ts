// Reads what a stack's configuration file says about the cluster, without a Pulumi CLI: `kingbase:cluster` and, where it is there,
// `kingbase:privateKey`. Only a secret needs the stack's passphrase; passwords are not read.
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { RecordKind } from '../core/action/kinds/types';
import { parseActions, type Action } from '../core/action/parseActions';
import { KingbaseError } from '../core/finding';

export interface StackCluster {
  /** The object under `kingbase:cluster`, not checked yet. */
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly privateKey?: string;
}

interface StackFile {
  readonly encryptionsalt?: string;
  readonly secretsprovider?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

export async function readStackCluster(
  path: string,
  env: NodeJS.ProcessEnv,
  want: { readonly privateKey: boolean } = { privateKey: true },
): Promise<StackCluster> {
  const file = parseStackFile(path);
  const cluster = file.config?.['kingbase:cluster'];
  if (!isObject(cluster)) {
    throw new KingbaseError({
      code: 'preflight/no-cluster',
      path: `${path}: kingbase:cluster`,
      message: cluster === undefined ? 'is missing' : 'is not an object',
      hint: 'Give at least `nodes` there; every field: docs/reference/cluster.md.',
    });
  }
  const privateKey = want.privateKey ? await readPrivateKey(path, file, env) : undefined;
  return privateKey === undefined ? { cluster } : { cluster, privateKey };
}

/** The object under `kingbase:v8r3`, not checked yet; undefined in a stack of another system. */
export function readStackV8r3(path: string): unknown {
  return parseStackFile(path).config?.['kingbase:v8r3'];
}

/** The object under `kingbase:kwdb`, not checked yet; undefined in a stack of another system. */
export function readStackKwdb(path: string): unknown {
  return parseStackFile(path).config?.['kingbase:kwdb'];
}

function parseStackFile(path: string): StackFile {
  try {
    return (load(readFileSync(path, 'utf8')) ?? {}) as StackFile;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new KingbaseError(
      {
        code: 'preflight/no-stack-file',
        path,
        message: missing ? 'there is no such file' : `cannot be read: ${(cause as Error).message.split('\n')[0] ?? ''}`,
        hint: missing
          ? 'Name the stack whose Pulumi.<stack>.yaml lies in this folder with --stack, or the file itself with --config-file.'
          : 'It has to be a YAML file with a map `config`, as `pulumi config set` writes it.',
      },
      { cause },
    );
  }
}

async function readPrivateKey(path: string, file: StackFile, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const value = file.config?.['kingbase:privateKey'];
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  const secure = isObject(value) ? value['secure'] : undefined;
  const refuse = (message: string, cause?: unknown): KingbaseError =>
    new KingbaseError(
      {
        code: 'preflight/private-key-locked',
        path: `${path}: kingbase:privateKey`,
        message,
        hint: 'Export PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE of this stack; or let connection.privateKeyFile or connection.agent log in.',
      },
      { cause },
    );
  if (typeof secure !== 'string') throw refuse('is neither a text nor a secret');
  if (file.encryptionsalt === undefined) {
    throw refuse(`is a secret of ${file.secretsprovider ?? 'a secrets provider'} that only the Pulumi CLI opens`);
  }
  const passphrase = readPassphrase(env);
  if (passphrase === undefined) throw refuse('is a secret, and no passphrase is given');
  try {
    // Loaded only here: nobody without such a secret waits for it.
    const { openCrypter } = await import('../lab/engine/secrets.js');
    return (await openCrypter(passphrase, file.encryptionsalt)).decrypt(secure);
  } catch (cause) {
    throw refuse('cannot be opened with the passphrase given', cause);
  }
}

/** The records under `kingbase:actions`, checked. */
export function readStackActions(path: string, kinds?: readonly RecordKind[]): readonly Action[] {
  return parseActions(parseStackFile(path).config?.['kingbase:actions'], kinds);
}

export interface StackPasswords {
  readonly passwords?: Readonly<Record<string, string>>;
  /** Why they are not there. */
  readonly why?: string;
}

/** `kingbase:passwords`, where they can be opened here; else the reason, in words for a table. Nothing is thrown: they are one part of many. */
export async function readStackPasswords(path: string, env: NodeJS.ProcessEnv): Promise<StackPasswords> {
  const file = parseStackFile(path);
  const value = file.config?.['kingbase:passwords'];
  if (!isObject(value)) return { why: 'kingbase:passwords is not in the configuration file' };
  const passphrase = readPassphrase(env);
  try {
    const open = async (text: unknown): Promise<string | undefined> => {
      if (typeof text === 'string') return text;
      const secure = isObject(text) ? text['secure'] : undefined;
      if (typeof secure !== 'string' || passphrase === undefined || file.encryptionsalt === undefined) return undefined;
      const { openCrypter } = await import('../lab/engine/secrets.js');
      return (await openCrypter(passphrase, file.encryptionsalt)).decrypt(secure);
    };
    // `pulumi config set --secret --path` seals each password; --secret alone seals the whole object as JSON.
    const whole = 'secure' in value ? await open(value) : undefined;
    if ('secure' in value && whole === undefined) return { why: LOCKED };
    const fields = whole === undefined ? value : (JSON.parse(whole) as Readonly<Record<string, unknown>>);
    const opened = await Promise.all(
      Object.entries(fields).map(async ([name, text]) => [name, await open(text)] as const),
    );
    const passwords = Object.fromEntries(
      opened.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
    );
    if (Object.keys(passwords).length === opened.length) return { passwords };
  } catch {
    return { why: 'the passphrase given does not open the passwords' };
  }
  return { why: LOCKED };
}

const LOCKED = 'the passwords are secrets, and no passphrase is given (PULUMI_CONFIG_PASSPHRASE)';

function readPassphrase(env: NodeJS.ProcessEnv): string | undefined {
  const file = env['PULUMI_CONFIG_PASSPHRASE_FILE'];
  if (env['PULUMI_CONFIG_PASSPHRASE'] !== undefined) return env['PULUMI_CONFIG_PASSPHRASE'];
  return file === undefined || file === '' ? undefined : readFileSync(file, 'utf8').replace(/\r?\n[\s\S]*$/, '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
