// Whom an address of sys_hba.conf or of a firewall rule means.
import { bits, parseIp, parseNetwork } from '../text/address';

/** The whole world in one word or one network; `samenet` is whatever networks the host happens to be in. */
export function isEverybody(address: string): boolean {
  return address === 'all' || address === 'samenet' || parseNetwork(address)?.length === 0;
}

export function isSingleHost(address: string): boolean {
  const network = parseNetwork(address);
  return network === undefined ? parseIp(address) !== undefined : network.length === bits(network.ip);
}
