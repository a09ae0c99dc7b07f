// Addresses: strict parsing, networks, names.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bits,
  canonicalHost,
  isHostName,
  isInNetwork,
  networkBase,
  parseIp,
  parseNetwork,
} from '../../../core/text/address';

describe('address', () => {
  it.each(['10.1', '010.0.0.1', '10.0.0.256', '0x0a000001', '', 'fe80::1%eth0', ':', '1.2.3.4.5'])(
    'does not take %j for an IP',
    (text) => {
      expect(parseIp(text)).toBeUndefined();
    },
  );

  it.each(['10.0.0.0/33', '10.0.0.0', '10.0.0.0/', '::/129', '10.0.0.0/8/8', 'x/8', '10.0.0.0/-1'])(
    'does not take %j for a network',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );

  it('compares addresses by what they mean', () => {
    expect(canonicalHost('FD00:0::1')).toBe(canonicalHost('fd00::0001'));
    expect(canonicalHost('DB1.Example')).toBe('db1.example');
  });

  it('keeps families apart', () => {
    const network = parseNetwork('10.0.0.0/8');
    const ip = parseIp('fd00::1');
    expect(network !== undefined && ip !== undefined && isInNetwork(ip, network)).toBe(false);
  });

  it.each([
    ['10.77.0.100/24', '10.77.0.0'],
    ['10.77.0.100/32', '10.77.0.100'],
    ['10.77.0.100/0', '0.0.0.0'],
    ['10.77.5.100/22', '10.77.4.0'],
    ['fd00::1234/112', 'fd00::'],
  ])('finds that %s lies in %s', (text, base) => {
    const network = parseNetwork(text);
    expect(network === undefined ? undefined : networkBase(network)).toBe(base);
  });

  it('has the base of every network inside it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128), (text, length) => {
        const ip = parseIp(text);
        fc.pre(ip !== undefined && length <= bits(ip));
        const network = parseNetwork(`${text}/${length}`);
        const base = network === undefined ? undefined : parseIp(networkBase(network));
        expect(network !== undefined && base !== undefined && isInNetwork(base, network)).toBe(true);
      }),
    );
  });

  it.each([
    ['db1', true],
    ['db-1.prod.example', true],
    ['10.0.0.300', false],
    ['-db', false],
    ['db_1', false],
    ['', false],
    ['a..b', false],
    [`${'a'.repeat(64)}.b`, false],
    [Array(60).fill('abcd').join('.'), false],
  ])('takes %j for a host name: %s', (text, expected) => {
    expect(isHostName(text)).toBe(expected);
  });
});
