/** Bytes → text: UTF-8, or GB 18030 where they are none (Chinese locales of older hosts); what is neither becomes replacement signs, never an error. */

const utf8 = new TextDecoder('utf-8', { fatal: true });
const gb18030 = new TextDecoder('gb18030');

export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  const part = bytes.subarray(from, to);
  try {
    return utf8.decode(part);
  } catch {
    return gb18030.decode(part);
  }
}
