import { describe, expect, it } from 'vitest';
import { bridgeName, checkLabName, FORMS, planNetwork, vethName, vethPrefix } from '../../../lab/forms';

describe('the names of a lab', () => {
  it.each(['lab', 'b1', 'test-machines', 'a'])('accept %s', (name) => {
    expect(() => checkLabName(name)).not.toThrow();
  });

  it.each(['', 'Lab', '1lab', '-lab', 'lab-', 'a--b', '../lab', 'lab/x', 'seventeenletterss'])(
    'refuse "%s"',
    (name) => {
      expect(() => checkLabName(name)).toThrow(/is not a lab name/);
    },
  );

  it('give interface names the kernel takes, however long the lab’s name is', () => {
    for (const name of ['lab', 'sixteen-letters1']) {
      expect(bridgeName(name).length).toBeLessThanOrEqual(15);
      expect(vethName(name, 254).length).toBeLessThanOrEqual(15);
      expect(vethName(name, 11).startsWith(vethPrefix(name))).toBe(true);
    }
  });

  it('keep the interfaces of two labs apart, also where one name begins with the other', () => {
    const names = ['lab', 'lab2', 'long-lab-name-1', 'long-lab-name-2'];
    expect(new Set(names.map(bridgeName)).size).toBe(names.length);
    expect(new Set(names.map(vethPrefix)).size).toBe(names.length);
  });
});

describe('the network of a lab', () => {
  it('puts the gateway on .1 and the virtual address on .100', () => {
    const network = planNetwork('10.77.3.0/24');
    expect([network.gateway, network.virtualIp, network.address(11)]).toEqual([
      '10.77.3.1',
      '10.77.3.100/24',
      '10.77.3.11',
    ]);
  });

  it.each(['10.77.0.0', '10.77.0.0/16', '10.77.0.1/24', '10.777.0.0/24', 'fd00::/64', ''])('refuses "%s"', (subnet) => {
    expect(() => planNetwork(subnet)).toThrow(/is not a network of the lab/);
  });
});

describe('the forms', () => {
  it.each(Object.values(FORMS))(
    '$name has distinct node names and addresses, off gateway and virtual address',
    (form) => {
      const octets = form.nodes.map((node) => node.octet);
      expect(new Set(octets).size).toBe(octets.length);
      expect(new Set(form.nodes.map((node) => node.name)).size).toBe(octets.length);
      expect(octets).not.toContain(1);
      expect(octets).not.toContain(100);
      const ends = { kwdb: '/kaiwudb', v8r3: '/db', existing: '/kingbase', media: '/kingbase' };
      expect(form.prefix.endsWith(ends[form.install])).toBe(true);
    },
  );
});
