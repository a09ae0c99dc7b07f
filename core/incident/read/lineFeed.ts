/** Bytes → lines that may mean something, with their numbers. What is certain to be noise is passed over as bytes, which is what makes a large file quick. */

export interface LineFeed {
  /** The chunk may be used again by the caller afterwards. */
  readonly push: (chunk: Uint8Array) => void;
  /** The last line may have no end. */
  readonly end: () => number;
}

export type Decode = (bytes: Uint8Array, from: number, to: number) => string;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const TAB = 9;
/** What is longer is no line of a log: binary garbage without an end. Its beginning is looked at, the rest passed over. */
const LONGEST = 64 * 1024;
/** A longer debug line may hide a record that was glued to it. */
const PLAIN_DEBUG = 400;

export function createLineFeed(decode: Decode, onLine: (text: string, line: number) => void): LineFeed {
  let carry: Uint8Array = new Uint8Array(0);
  let number = 0;
  const take = (bytes: Uint8Array, from: number, to: number): void => {
    number += 1;
    const end = to > from && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    if (isNoise(bytes, from, end)) return;
    onLine(decode(bytes, from, Math.min(end, from + LONGEST)), number);
  };
  return {
    push: (chunk) => {
      let from = 0;
      if (carry.length > 0) {
        const end = chunk.indexOf(NEWLINE);
        const part = chunk.subarray(0, end < 0 ? chunk.length : end);
        // A line without an end is not gathered beyond what is looked at.
        carry = join(carry, carry.length >= LONGEST ? part.subarray(0, 0) : part);
        if (end < 0) return;
        take(carry, 0, carry.length);
        carry = new Uint8Array(0);
        from = end + 1;
      }
      for (;;) {
        const body = debugBody(chunk, from);
        const end = chunk.indexOf(NEWLINE, body > 0 ? body : from);
        if (end < 0) break;
        if (body > 0 && isPlainDebug(end - from)) number += 1;
        else take(chunk, from, end);
        from = end + 1;
      }
      if (from < chunk.length) carry = chunk.slice(from, from + LONGEST);
    },
    end: () => {
      if (carry.length > 0) take(carry, 0, carry.length);
      carry = new Uint8Array(0);
      return number;
    },
  };
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

/** Empty lines matter: they separate. Lines that begin with a tab are the rest of a message, or what ping printed. */
function isNoise(bytes: Uint8Array, from: number, to: number): boolean {
  if (bytes[from] === TAB) return true;
  const body = debugBody(bytes, from);
  return body > 0 && body <= to && isPlainDebug(to - from);
}

function isPlainDebug(length: number): boolean {
  return length > 30 && length <= PLAIN_DEBUG;
}

/** `YYYY-MM-DD HH:MM:SS: pid N: DEBUG:`, or with milliseconds and the name of a process → where its text goes on; 0: it is none. */
function debugBody(bytes: Uint8Array, from: number): number {
  // 4 is '-', 13 and 16 ':'
  if (bytes[from + 4] !== 45 || bytes[from + 13] !== 58 || bytes[from + 16] !== 58) return 0;
  const limit = from + 90;
  for (let at = from + 21; at < limit; at += 1) {
    const byte = bytes[at];
    if (byte === NEWLINE || byte === undefined) return 0;
    if (byte !== 58 || bytes[at + 1] !== 32) continue;
    // ": DEB"
    if (bytes[at + 2] === 68 && bytes[at + 3] === 69 && bytes[at + 4] === 66) return at + 5;
    if (bytes[at + 2] !== 112 && at > from + 24) return 0;
  }
  return 0;
}
