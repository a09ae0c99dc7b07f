import { describe, expect, it } from 'vitest';
import { isIsolated, networkRules, tableName } from '../../../lab/machines/networkRules';
import type { ActiveFault } from '../../../lab/manifest';
import { manifest } from './labFixture';

const fault = (name: string, more: Partial<ActiveFault> = {}): ActiveFault => ({
  name,
  since: '2026-11-21T00:00:00.000Z',
  options: {},
  ...more,
});

/** Rules by family and chain. */
function rulesOf(faults: readonly ActiveFault[]): Record<string, readonly string[]> {
  const found: Record<string, string[]> = {};
  let family = '';
  let chain = '';
  for (const line of networkRules(manifest({ faults })).split('\n')) {
    family = /^table (\w+) \S+ \{$/.exec(line)?.[1] ?? family;
    chain = /^ {2}chain (\w+) \{$/.exec(line)?.[1] ?? chain;
    if (line.startsWith('    ') && !line.includes('policy')) (found[`${family} ${chain}`] ??= []).push(line.trim());
  }
  return found;
}

const NO_WAY_OUT = ['iifname "kb-lab" oifname != "kb-lab" drop', 'iifname != "kb-lab" oifname "kb-lab" drop'];

describe('the packet filter of a lab', () => {
  it('without faults only keeps the lab from the outside', () => {
    expect(rulesOf([])).toEqual({ 'inet forward': NO_WAY_OUT });
  });

  it('replaces its own tables whole, whether or not they exist', () => {
    const text = networkRules(manifest());
    for (const family of ['bridge', 'inet']) {
      expect(text).toContain(`table ${family} ${tableName('lab')} {}\ndelete table ${family} ${tableName('lab')}\n`);
    }
  });

  it('cuts a partitioned node off both ways: from nodes (forward) and from this machine (input, output)', () => {
    expect(rulesOf([fault('partition', { node: 'node2' })])).toEqual({
      'bridge forward': ['iifname "kv-12" drop', 'oifname "kv-12" drop'],
      'bridge input': ['iifname "kv-12" drop'],
      'bridge output': ['oifname "kv-12" drop'],
      'inet forward': NO_WAY_OUT,
    });
  });

  it('cuts a node off from the named nodes only, and leaves it this machine', () => {
    const rules = rulesOf([fault('partition', { node: 'node1', options: { from: 'node2,node3' } })]);
    expect(rules['bridge forward']).toEqual([
      'iifname "kv-11" oifname { "kv-12", "kv-13" } drop',
      'iifname { "kv-12", "kv-13" } oifname "kv-11" drop',
    ]);
    expect(rules['bridge input']).toBeUndefined();
  });

  it('cuts one way only where it is told so', () => {
    const cut = (options: Readonly<Record<string, string>>): Record<string, readonly string[]> => {
      const { 'inet forward': _, ...rules } = rulesOf([fault('partition', { node: 'node2', options })]);
      return rules;
    };
    expect(cut({ way: 'out' })).toEqual({
      'bridge forward': ['iifname "kv-12" drop'],
      'bridge input': ['iifname "kv-12" drop'],
    });
    expect(cut({ way: 'in' })).toEqual({
      'bridge forward': ['oifname "kv-12" drop'],
      'bridge output': ['oifname "kv-12" drop'],
    });
    expect(cut({ way: 'out', from: 'node1' })).toEqual({
      'bridge forward': ['iifname "kv-12" oifname { "kv-11" } drop'],
    });
  });

  it('drops only echo requests to the gateway when the trusted server falls silent', () => {
    expect(rulesOf([fault('drop-gateway')])['inet input']).toEqual([
      'iifname "kb-lab" ip daddr 10.77.0.1 icmp type echo-request drop',
    ]);
  });

  it('drops those to every trusted server of a lab with two', () => {
    const lab = { ...manifest({ faults: [fault('drop-gateway')] }), moreGateways: ['10.77.0.2'] };
    expect(networkRules(lab).match(/ip daddr \S+ icmp/g)).toEqual([
      'ip daddr 10.77.0.1 icmp',
      'ip daddr 10.77.0.2 icmp',
    ]);
  });

  it('calls a node isolated only where it is cut off from everybody', () => {
    const faults = [
      fault('partition', { node: 'node1' }),
      fault('partition', { node: 'node2', options: { from: 'node3' } }),
    ];
    const lab = manifest({ faults });
    expect(['node1', 'node2', 'node3'].map((name) => isIsolated(lab, name))).toEqual([true, false, false]);
  });

  it('has table names that nft takes for every lab name', () => {
    expect(tableName('test-machines')).toMatch(/^[a-z_][a-z0-9_]*$/);
  });
});
