/** A short name for a text that would be too long to show as a value. */
import { createHash } from 'node:crypto';

export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
