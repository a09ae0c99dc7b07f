// The registry: what `lab fault --list` promises holds for every entry. What the faults do is proved on machines.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS, findFault } from '../../../lab/faults/index';
import { faultList } from '../../../lab/output';

describe('the faults', () => {
  it('have distinct names in kebab-case, each in a file of that name', () => {
    const files = readdirSync(join(__dirname, '../../../lab/faults'));
    const names = FAULTS.map((fault) => fault.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(files).toContain(`${name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}.ts`);
    }
  });

  it.each(FAULTS)('$name can be undone exactly if it lasts', (fault) => {
    expect(fault.undo !== undefined).toBe(fault.kind === 'lasting');
  });

  it.each(FAULTS)('$name ends only faults that exist and last', (fault) => {
    for (const ended of fault.ends ?? []) expect(findFault(ended).kind).toBe('lasting');
  });

  it('are listed with their node, kind and description', () => {
    const lines = faultList().trimEnd().split('\n');
    expect(lines).toHaveLength(FAULTS.length);
    expect(lines.find((line) => line.startsWith('power-cut'))).toMatch(/^power-cut <node> +lasting +pull the plug/);
    expect(lines.find((line) => line.startsWith('kill-primary'))).toMatch(/^kill-primary +event +kill -9/);
  });

  it('are found by name, and a slip gets the nearest', () => {
    expect(() => findFault('power-cot')).toThrow(/Did you mean power-cut\?/);
    expect(() => findFault('zzz')).toThrow(/The faults are kill-primary, /);
  });
});
