// The committed page of faults is what the rules say now.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../core/backup/diagnosis/faults';
import { diagnosisPage } from '../../core/backup/diagnosis/page';

const DOCS = join(__dirname, '..', '..', 'docs');

describe('docs/diagnosis.md', () => {
  it('is fresh (else: npm run docs)', () => {
    expect(readFileSync(join(DOCS, 'diagnosis.md'), 'utf8')).toBe(diagnosisPage());
  });

  it('shows every fault once, with its severity', () => {
    const rows = diagnosisPage().replaceAll(/ +/g, ' ').split('\n');
    for (const { id, severity } of FAULTS) {
      expect(rows.filter((row) => row.startsWith(`| \`${id}\` | ${severity} |`))).toHaveLength(1);
    }
  });

  it('has a Chinese page that names only faults that exist', () => {
    const named = readFileSync(join(DOCS, 'diagnosis.zh-CN.md'), 'utf8').match(/backup\/[a-z-]+/g) ?? [];
    expect(named.filter((id) => !FAULTS.some((rule) => rule.id === id))).toEqual([]);
    expect(named.length).toBeGreaterThan(5);
  });
});
