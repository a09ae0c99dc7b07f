// Who may connect is said in networks that name someone: never everybody, in one line or in two halves.
import type { Finding } from '../../finding';
import { networkBase, parseIp, parseNetwork } from '../../text/address';
import type { HostRule } from './rule';

// Shorter ones can only be a way to write "everybody" in a few lines.
const SHORTEST = { ipv4: 8, ipv6: 16 } as const;

export const clientNetworks: HostRule = (spec, given) => {
  const seen = new Map<string, number>();
  return spec.clients.flatMap((client, index): Finding[] => {
    const path = `clients[${index}]`;
    const written = String(given.clients?.[index] ?? '');
    if (written === '') return [];
    const network = parseNetwork(client);
    if (network === undefined) return [notANetwork(path, written)];
    if (network.length === 0) {
      return [
        {
          code: 'spec/clients-everybody',
          path,
          message: `${written} lets every address in the world connect`,
          hint: 'name the networks your applications connect from, for example 10.0.0.0/16; the nodes themselves are always allowed.',
        },
      ];
    }
    if (network.length < SHORTEST[network.ip.kind()]) {
      return [
        {
          code: 'spec/clients-everybody',
          path,
          message: `${written} is wider than any network of one owner (shorter than /${SHORTEST[network.ip.kind()]})`,
          hint: 'name the networks your applications connect from, for example 10.0.0.0/16.',
        },
      ];
    }
    const base = networkBase(network);
    if (base !== network.ip.toString()) {
      return [
        {
          code: 'spec/client-host-bits',
          path,
          message: `${written} has bits set behind its prefix length`,
          hint: `write ${base}/${network.length} for the network, or ${network.ip.toString()} for the single address.`,
        },
      ];
    }
    const key = `${base}/${network.length}`;
    const before = seen.get(key);
    seen.set(key, index);
    return before === undefined
      ? []
      : [{ code: 'spec/duplicate-client', path, message: `same network as clients[${before}]`, hint: 'leave it out.' }];
  });
};

function notANetwork(path: string, written: string): Finding {
  const [address = '', mask = ''] = written.split('/');
  const hint =
    parseIp(address) !== undefined && parseIp(mask) !== undefined
      ? 'write the mask as a length: 255.255.255.0 is /24.'
      : /^(all|any|\*)$/i.test(written)
        ? 'everybody is not allowed; name the networks your applications connect from, for example 10.0.0.0/16.'
        : 'write a network such as 10.0.0.0/16 or a single IP address; host names are not taken, because the server would look them up at every login.';
  return { code: 'spec/bad-network', path, message: `${JSON.stringify(written)} is not a network`, hint };
}
