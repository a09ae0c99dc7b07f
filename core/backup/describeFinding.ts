import type { Finding } from '../finding';

/** One line, for lists: where and what; the hint is for who acts on it. */
export function describeFinding({ path, message }: Finding): string {
  const text = message.replace(/\s*\n\s*/g, ' ');
  return path === undefined ? text : `${path}: ${text}`;
}
