// Addresses as rules need them: what is an IP, what may be a host name, and when two texts mean the same host.
import ipaddr from 'ipaddr.js';

export type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** Strict: four decimal parts for IPv4 (no 10.1, no octal), any valid text for IPv6 without a zone. */
export function parseIp(text: string): Ip | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)) return ipaddr.IPv6.parse(text);
  return undefined;
}

export interface Network {
  readonly ip: Ip;
  readonly length: number;
}

/** `address/length` with both parts strict. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const ip = match === null ? undefined : parseIp(match[1] as string);
  if (match === null || ip === undefined) return undefined;
  const length = Number(match[2]);
  return length <= bits(ip) ? { ip, length } : undefined;
}

export function bits(ip: Ip): number {
  return ip.kind() === 'ipv4' ? 32 : 128;
}

export function isInNetwork(ip: Ip, network: Network): boolean {
  return ip.kind() === network.ip.kind() && ip.match(network.ip, network.length);
}

/** The first address of the network, as text. */
export function networkBase(network: Network): string {
  const bytes = network.ip.toByteArray().map((byte, index) => {
    const keep = Math.min(8, Math.max(0, network.length - index * 8));
    return byte & (0xff << (8 - keep)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes).toString();
}

/** One text per host: a canonical IP, or the name in lower case. */
export function canonicalHost(host: string): string {
  return parseIp(host)?.toString() ?? host.toLowerCase();
}

/** Shape of a name that a resolver may know; a last label of digits is a mistyped address. */
export function isHostName(text: string): boolean {
  const labels = text.split('.');
  return (
    text.length <= 253 &&
    labels.every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label)) &&
    !/^\d+$/.test(labels[labels.length - 1] as string)
  );
}
