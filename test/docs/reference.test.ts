// The committed reference pages are what the sources say now.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterSchema } from '../../core/spec/schema';
import { referencePages } from '../../core/spec/reference';
import { EXAMPLE } from '../../core/spec/referenceExample';
import { load } from 'js-yaml';

const FOLDER = join(__dirname, '..', '..', 'docs', 'reference');

describe('docs/reference', () => {
  it.each(Object.entries(referencePages()))('%s is fresh (else: npm run docs)', (name, text) => {
    expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text);
  });

  it('names every field of the schema', () => {
    const page = referencePages()['cluster.md'] ?? '';
    for (const name of Object.keys(clusterSchema.properties)) expect(page).toContain(`| \`${name}\` |`);
    for (const name of Object.keys(clusterSchema.properties.failover.properties))
      expect(page).toContain(`| \`${name}\` |`);
    expect(page).toContain('| `privilege` | `setuidCopy`, `existing` | `setuidCopy` |');
  });

  it('shows in its example what it parses', () => {
    const shown = load(EXAMPLE.yaml) as { config: Record<string, unknown> };
    expect(shown.config['kingbase:cluster']).toEqual({ name: 'orders', ...EXAMPLE.cluster });
  });
});
