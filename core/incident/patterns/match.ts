/** A table of patterns, looked up by the first letters of what a line says. */
import type { EventName } from './names';

export interface Pattern {
  readonly name: EventName;
  /** How the message begins, literally: at least four letters; empty: in any way, and `regex` decides alone. */
  readonly starts: string;
  /** What must hold of the whole; its groups are the arguments. Without one the beginning is enough. */
  readonly regex?: RegExp;
}

export interface Match {
  readonly name: EventName;
  readonly args: readonly string[];
}

export type Matcher = (message: string) => Match | null;

const KEY = 4;

export function compileTable(table: readonly Pattern[]): Matcher {
  const index = new Map<string, Pattern[]>();
  for (const pattern of table) {
    const key = pattern.starts.slice(0, KEY);
    index.set(key, [...(index.get(key) ?? []), pattern]);
  }
  const anywhere = index.get('') ?? [];
  return (message) => {
    for (const pattern of index.get(message.slice(0, KEY)) ?? anywhere) {
      if (!message.startsWith(pattern.starts)) continue;
      if (pattern.regex === undefined) return { name: pattern.name, args: [] };
      const found = pattern.regex.exec(message);
      if (found !== null) return { name: pattern.name, args: found.slice(1).map((one) => one ?? '') };
    }
    return null;
  };
}
