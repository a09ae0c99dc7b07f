// Lab tests boot machines: where that cannot be, they are skipped by name and never counted as passed.
import { describe } from 'vitest';

/** Set by scripts/runTests.mjs where the host lacks something. */
export const skipReason = process.env['KINGBASE_LAB_SKIP'] ?? (process.getuid?.() === 0 ? undefined : 'needs root');

export function describeLab(title: string, body: () => void): void {
  const suffix = skipReason === undefined ? '' : ` (skipped: ${skipReason})`;
  describe.skipIf(skipReason !== undefined)(`${title}${suffix}`, body);
}
