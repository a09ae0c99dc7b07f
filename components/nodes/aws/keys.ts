/**
 * Host keys and the login key, derived from one secret seed: the same at every run, so that a preview knows the public half, nothing has to be
 * looked up, and an instance that is made anew keeps the key that everybody has pinned.
 */
import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';

export interface KeyPair {
  /** OpenSSH private key, whole text. */
  readonly privateKey: string;
  /** "ssh-ed25519 AAAA…", no comment. */
  readonly publicKey: string;
}

/** 32 random bytes in base64 or hexadecimal are longer. */
export const SEED_MIN_LENGTH = 32;
const TYPE = 'ssh-ed25519';
/** Before the 32 bytes of an ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** `purpose`: what the key is for; another purpose is another key. */
export function deriveKey(seed: string, purpose: string): KeyPair {
  const secret = Buffer.from(hkdfSync('sha256', seed, 'pulumi-kingbase', purpose, 32));
  const point = publicPoint(secret);
  const blob = Buffer.concat([field(TYPE), field(point)]);
  return { privateKey: openSshPrivateKey(secret, point, purpose), publicKey: `${TYPE} ${blob.toString('base64')}` };
}

function publicPoint(secret: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, secret]), format: 'der', type: 'pkcs8' });
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([number(bytes.length), bytes]);
}

/** openssh-key-v1, not encrypted (PROTOCOL.key of OpenSSH). The check number is only compared with its twin. */
function openSshPrivateKey(secret: Buffer, point: Buffer, comment: string): string {
  const blob = Buffer.concat([field(TYPE), field(point)]);
  const check = number(0x6b626173);
  const inner = Buffer.concat([check, check, blob, field(Buffer.concat([secret, point])), field(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const head = [Buffer.from('openssh-key-v1\0'), field('none'), field('none'), field(''), number(1), field(blob)];
  const whole = Buffer.concat([...head, field(Buffer.concat([inner, padding]))]).toString('base64');
  const lines = whole.match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}
