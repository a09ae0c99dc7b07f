// The stack's config file (Pulumi.<stack>.yaml): read with secrets decrypted, handed to the program in its wire form, and set.
import { existsSync, readFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { KingbaseError } from '../../core/finding';
import { type Crypter, newCrypter, openCrypter } from './secrets';
import { writeFileAtomically } from './state/atomicFile';

type Yaml = null | boolean | number | string | readonly Yaml[] | { readonly [key: string]: Yaml };

interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: { readonly [key: string]: Yaml };
  readonly [other: string]: unknown;
}

export interface StackConfig {
  /** Decrypted, as the program reads them: objects as JSON text. Keys are `namespace:name`. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly crypter: Crypter;
}

export interface StackConfigOptions {
  readonly file: string;
  readonly passphrase?: string;
  /** Salt of the state, for a stack file without one. */
  readonly stateSalt?: string;
}

export async function readStackConfig(options: StackConfigOptions): Promise<StackConfig> {
  const file = readStackFile(options.file);
  const salt = file.encryptionsalt ?? options.stateSalt;
  const passphrase = options.passphrase ?? '';
  const crypter = salt === undefined ? await newCrypter(passphrase) : await openCrypter(passphrase, salt);
  const secretKeys: string[] = [];
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(file.config ?? {})) {
    const found = { secret: false };
    const plain = decryptValue(value, crypter, found, key);
    if (found.secret) secretKeys.push(key);
    values[key] = typeof plain === 'string' ? plain : JSON.stringify(plain);
  }
  return { values, secretKeys, crypter };
}

function readStackFile(file: string): StackFile {
  if (!existsSync(file)) {
    throw new KingbaseError({
      code: 'engine/no-stack-config',
      path: file,
      message: 'no such stack config file',
      hint: 'Name it with --config-file, or create it with `config set`.',
    });
  }
  return (load(readFileSync(file, 'utf8')) ?? {}) as StackFile;
}

const isMap = (value: Yaml | undefined): value is { readonly [key: string]: Yaml } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSecure(value: Yaml): value is { readonly secure: string } {
  return isMap(value) && Object.keys(value).length === 1 && typeof value['secure'] === 'string';
}

function decryptValue(value: Yaml, crypter: Crypter, found: { secret: boolean }, path: string): Yaml {
  if (isSecure(value)) {
    found.secret = true;
    try {
      return crypter.decrypt(value.secure);
    } catch (cause) {
      throw new KingbaseError(
        {
          code: 'engine/config-undecryptable',
          path,
          message: 'the secure value was not encrypted with the salt and passphrase of this stack',
          hint: 'Set it again: config set --secret.',
        },
        { cause },
      );
    }
  }
  if (Array.isArray(value)) {
    return (value as readonly Yaml[]).map((item, index) => decryptValue(item, crypter, found, `${path}[${index}]`));
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, decryptValue(item, crypter, found, `${path}.${key}`)]),
  );
}

export interface ConfigChange {
  /** `namespace:name`; a name alone belongs to the project. With `path`, dots and indexes go into the value. */
  readonly key: string;
  readonly value: string;
  readonly secret?: boolean;
  readonly path?: boolean;
}

/** Sets one value in the stack file, creating file and salt where missing. */
export async function setStackConfig(
  options: StackConfigOptions & { readonly project: string },
  change: ConfigChange,
): Promise<void> {
  const stack = existsSync(options.file) ? readStackFile(options.file) : {};
  const salt = stack.encryptionsalt ?? options.stateSalt;
  const passphrase = options.passphrase ?? '';
  const crypter = salt === undefined ? await newCrypter(passphrase) : await openCrypter(passphrase, salt);
  const full = change.key.includes(':') ? change.key : `${options.project}:${change.key}`;
  const parts = change.path === true ? splitKey(full) : [full];
  const plain = change.path === true && change.secret !== true ? literal(change.value) : change.value;
  const value: Yaml = change.secret === true ? { secure: crypter.encrypt(change.value) } : plain;
  const config = setAt(stack.config ?? {}, parts, value);
  const text = dump({ ...stack, encryptionsalt: crypter.salt, config }, { lineWidth: -1 });
  await writeFileAtomically(options.file, text, 0o600);
}

/** `kingbase:cluster.nodes[0].host` -> ['kingbase:cluster', 'nodes', 0, 'host']. */
function splitKey(key: string): readonly (string | number)[] {
  const [head = '', ...rest] = key.split(/[.[\]]+/).filter((part) => part !== '');
  return [head, ...rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part))];
}

function literal(text: string): Yaml {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : text;
}

function setAt(target: Yaml | undefined, parts: readonly (string | number)[], value: Yaml): Yaml {
  const [head, ...rest] = parts;
  if (head === undefined) return value;
  if (typeof head === 'number') {
    const list: Yaml[] = Array.isArray(target) ? [...(target as readonly Yaml[])] : [];
    list[head] = setAt(list[head], rest, value);
    return list;
  }
  const map = isMap(target) ? target : {};
  return { ...map, [head]: setAt(map[head], rest, value) };
}
