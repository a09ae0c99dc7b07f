// Encrypts and decrypts as Pulumi's passphrase provider does (PBKDF2-SHA256, one million rounds, AES-256-GCM), so that
// `pulumi stack import` and the CLI with the same passphrase read our state, and we read theirs.
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { KingbaseError } from '../../core/finding';

const rounds = 1_000_000;
const tagBytes = 16;
/** What the check value in a salt decrypts to: proves the passphrase. */
const checkText = 'pulumi';

export interface Crypter {
  /** `v1:<salt>:v1:<nonce>:<check>`: kept in the stack's config file and in the state. */
  readonly salt: string;
  encrypt(plain: string): string;
  decrypt(text: string): string;
}

/** Key derivation takes about half a second: once per salt and passphrase in a process. */
const keys = new Map<string, Promise<Buffer>>();

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  const id = `${salt.toString('base64')} ${passphrase}`;
  const known = keys.get(id);
  if (known !== undefined) return known;
  const key = promisify(pbkdf2)(passphrase, salt, rounds, 32, 'sha256');
  keys.set(id, key);
  return key;
}

function encryptWith(key: Buffer, plain: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString('base64')}:${sealed.toString('base64')}`;
}

function decryptWith(key: Buffer, text: string): string {
  const [version, nonce, sealed] = text.split(':');
  if (version !== 'v1' || nonce === undefined || sealed === undefined) throw new Error('not a v1 ciphertext');
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const plain = Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - tagBytes)), decipher.final()]);
  return plain.toString('utf8');
}

function crypterOf(key: Buffer, salt: string): Crypter {
  return { salt, encrypt: (plain) => encryptWith(key, plain), decrypt: (text) => decryptWith(key, text) };
}

export async function newCrypter(passphrase: string): Promise<Crypter> {
  const salt = randomBytes(8);
  const key = await deriveKey(passphrase, salt);
  return crypterOf(key, `v1:${salt.toString('base64')}:${encryptWith(key, checkText)}`);
}

/** Opens a salt found in a config or state file; refuses a passphrase that does not fit. */
export async function openCrypter(passphrase: string, salt: string): Promise<Crypter> {
  const match = /^v1:([^:]+):(v1:.+)$/.exec(salt);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new KingbaseError({
      code: 'engine/salt-unreadable',
      message: `encryption salt "${salt}" is not of the form v1:<salt>:v1:<nonce>:<check>`,
      hint: 'Take the encryptionsalt line from the version of the stack file that was in use before.',
    });
  }
  const key = await deriveKey(passphrase, Buffer.from(match[1], 'base64'));
  const proof = attempt(() => decryptWith(key, match[2] ?? ''));
  if (proof !== checkText) {
    throw new KingbaseError({
      code: 'engine/wrong-passphrase',
      message: 'the passphrase does not fit the encryption salt of the stack',
      hint: 'Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the passphrase the stack was set up with.',
    });
  }
  return crypterOf(key, salt);
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
