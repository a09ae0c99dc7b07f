// A node's address is an IP that other hosts can reach; a bastion or a trusted server may also be a name.
import type { Finding } from '../../finding';
import { isHostName, parseIp } from '../../text/address';
import type { HostRule } from './rule';

export const hostAddresses: HostRule = (spec) => {
  const findings = spec.nodes.flatMap((node, index) => checkNode(node.host, `nodes[${index}].host`));
  const bastion = spec.connection.bastion;
  return bastion === undefined ? findings : [...findings, ...checkHost(bastion.host, 'connection.bastion.host')];
};

function checkNode(host: string, path: string): Finding[] {
  const shape = checkHost(host, path);
  if (shape.length > 0 || host === '' || parseIp(host) !== undefined) return shape;
  return [
    wrong(
      path,
      `${JSON.stringify(host)} is a name, not an IP address`,
      `give the address that it stands for (\`getent hosts ${host}\`): sys_hba.conf, the firewall and authorized_keys are bound to addresses.`,
    ),
  ];
}

export function checkHost(host: string, path: string): Finding[] {
  if (host === '') return [];
  const ip = parseIp(host);
  const range = ip?.range();
  if (
    ip !== undefined &&
    (range === 'loopback' || range === 'unspecified' || range === 'multicast' || range === 'broadcast')
  ) {
    return [
      wrong(
        path,
        `${host} is ${range === 'unspecified' ? 'an' : 'a'} ${range} address`,
        'give the address under which the other hosts reach this one.',
      ),
    ];
  }
  if (range === 'linkLocal') {
    return [
      wrong(
        path,
        `${host} is a link-local address`,
        'give an address that is configured for good; link-local ones change and need a zone.',
      ),
    ];
  }
  if (ip !== undefined) return [];
  if (/^localhost(\.|$)/i.test(host)) {
    return [
      wrong(
        path,
        `${JSON.stringify(host)} is every host itself`,
        'give the address under which the other hosts reach this one.',
      ),
    ];
  }
  if (isHostName(host)) return [];
  const port = /^(.+):(\d+)$/.exec(host);
  const hint =
    port !== null && !(port[1] as string).includes(':')
      ? `write the address alone: ${port[1]}; the ssh port goes into port, the database port into database.port.`
      : host.includes('@')
        ? 'write the address alone; the login user goes into connection.user.'
        : 'give an IPv4 or IPv6 address, or a host name of letters, digits, - and dots.';
  return [wrong(path, `${JSON.stringify(host)} is neither an IP address nor a host name`, hint)];
}

function wrong(path: string, message: string, hint: string): Finding {
  return { code: 'spec/bad-address', path, message, hint };
}
