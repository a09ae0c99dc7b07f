// The committed page is what the rules say now, and the configuration to begin with is one that the pack takes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packConfigMistakes } from '../../core/policy/config';
import { policiesPage } from '../../core/policy/page';
import { policyRules } from '../../core/policy/rules';

const ROOT = join(__dirname, '..', '..');

describe('docs/policies.md', () => {
  it('is fresh (else: npm run docs)', () => {
    expect(readFileSync(join(ROOT, 'docs', 'policies.md'), 'utf8')).toBe(policiesPage());
  });

  it('shows every policy once, with its level, and every threshold with its default', () => {
    const page = policiesPage();
    for (const { id, config, level } of policyRules) {
      expect(page.split(`### \`${id}\``)).toHaveLength(2);
      expect(page).toMatch(new RegExp(`\\| \\[\`${id}\`\\]\\(#${id}\\) \\| .* \\| ${level} \\|`));
      for (const name of Object.keys(config)) expect(page).toContain(`- Config \`${name}\`: `);
    }
  });

  it('shows a configuration that is right, and so is policy/production.json', () => {
    const shown = /```json\n([\s\S]*?)```/.exec(policiesPage())?.[1] ?? '';
    const production = readFileSync(join(ROOT, 'policy', 'production.json'), 'utf8');
    for (const text of [shown, production]) {
      expect(packConfigMistakes(JSON.parse(text) as Record<string, unknown>, policyRules)).toEqual([]);
    }
  });
});
