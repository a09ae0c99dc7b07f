/** Addresses as the files on the nodes want them: CIDRs, sorted and without doubles, and hosts inside URLs. */
import ipaddr from 'ipaddr.js';
import { KingbaseError } from '../finding';

/** `10.0.0.11` → `10.0.0.11/32`, `10.0.8.5/24` → `10.0.8.0/24`. Names are refused: neither a firewall nor `from=` can rest on them. */
export function toCidr(address: string): string {
  const [host = '', length] = address.split('/');
  if (!isAddress(host) || (length !== undefined && !isPrefixLength(host, length))) {
    throw new KingbaseError({
      code: 'topology/not-an-address',
      path: address,
      message: `"${address}" is not an IP address or network`,
      hint: 'Give the IP address: sys_hba.conf, the firewall and authorized_keys are bound to addresses, not to names.',
    });
  }
  const family = isIpv6(host) ? ipaddr.IPv6 : ipaddr.IPv4;
  const full = `${host}/${length ?? (isIpv6(host) ? 128 : 32)}`;
  return `${family.networkAddressFromCIDR(full).toString()}/${full.split('/')[1]}`;
}

function isPrefixLength(host: string, length: string): boolean {
  return /^\d{1,3}$/.test(length) && Number(length) <= (isIpv6(host) ? 128 : 32);
}

export function isAddress(host: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host);
}

export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** Sorted by family, then by number, so that adding a node moves no other line. */
export function sortedCidrs(addresses: readonly string[]): string[] {
  const unique = new Map(addresses.map((address) => [toCidr(address), sortKey(toCidr(address))]));
  return [...unique].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([cidr]) => cidr);
}

function sortKey(cidr: string): string {
  const [host = '', length = ''] = cidr.split('/');
  const bytes = ipaddr.parse(host).toByteArray();
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${bytes.length === 4 ? '4' : '6'}${hex}/${length.padStart(3, '0')}`;
}

/** Without those that lie inside another one: nftables refuses overlapping elements in a set. */
export function widestCidrs(addresses: readonly string[]): string[] {
  const cidrs = sortedCidrs(addresses);
  return cidrs.filter((cidr) => !cidrs.some((other) => other !== cidr && contains(other, cidr)));
}

export function contains(network: string, cidr: string): boolean {
  const [outer, outerLength] = ipaddr.parseCIDR(network);
  const [inner, innerLength] = ipaddr.parseCIDR(cidr);
  return inner.kind() === outer.kind() && outerLength <= innerLength && inner.match(outer, outerLength);
}

/** `host:port`, with the brackets that an IPv6 address needs. */
export function hostPort(host: string, port: number): string {
  return `${isIpv6(host) ? `[${host}]` : host}:${port}`;
}
