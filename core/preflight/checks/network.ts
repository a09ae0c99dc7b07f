/** Addresses, peers, trusted servers and ports. */
import { type Check, fail, isMember, isOurs, pass, warn } from '../check';
import type { Facts } from '../evidence';
import type { PreflightRequest } from '../types';

interface Address {
  readonly device: string;
  readonly address: string;
}

function addresses(facts: Facts): Address[] {
  return facts.lines('net.addresses').flatMap((line) => {
    const match = /^\d+:\s+(\S+)\s+inet6?\s+([^\s/]+)/.exec(line);
    return match === null
      ? []
      : [{ device: (match[1] as string).split('@')[0] as string, address: match[2] as string }];
  });
}

function usesVirtualIp(request: PreflightRequest): boolean {
  return request.virtualIp !== undefined && request.role === 'database';
}

/** Peers of whom a fact has one of these values. */
function peersWith(request: PreflightRequest, facts: Facts, what: string, ...values: string[]): string[] {
  return request.peers
    .filter((peer) => values.includes(facts.text(`peer.${peer.name}.${what}`)))
    .map((peer) => `${peer.name} (${peer.host})`);
}

function macOf(facts: Facts, address: string): string | undefined {
  return facts
    .lines('net.neighbours')
    .map((line) => line.split(' '))
    .find(([ip]) => ip === address)?.[1];
}

/** Who listens on a port, judged by user and command line: our own database and daemon may. */
function portCheck(
  id: string,
  title: string,
  port: (request: PreflightRequest) => number | undefined,
  names: RegExp,
): Check {
  return {
    id,
    group: 'network',
    title,
    applies: (request) => port(request) !== undefined,
    judge: ({ facts, request }) => {
      const number = port(request) as number;
      const listeners = facts.lines(`port.${number}`);
      const wanted = `${number} free, or used by this cluster`;
      const foreign = listeners.filter((line) => !(isOurs(facts) && names.test(line)) && !line.includes(request.bin));
      if (listeners.length === 0) {
        return pass('free', wanted);
      }
      return foreign.length === 0
        ? pass(`used by this cluster: ${listeners[0]}`, wanted)
        : fail(`used by ${foreign.join('; ')}`, wanted, 'Stop that program, or choose another port.');
    },
  };
}

export const networkChecks: readonly Check[] = [
  {
    id: 'address-local',
    group: 'network',
    title: 'the declared address is configured on the host',
    judge: ({ facts, request }) => {
      const all = addresses(facts);
      const found = all.find((each) => each.address === request.host);
      return found === undefined
        ? fail(
            all.map((each) => each.address).join(' '),
            request.host,
            'Declare the address that the host itself has; behind NAT peers could not reach one another.',
          )
        : pass(`${request.host} on ${found.device}`, request.host);
    },
  },
  {
    id: 'network-device',
    group: 'network',
    title: 'the device of the virtual IP holds the node’s address',
    applies: usesVirtualIp,
    judge: ({ facts, request }) => {
      const mine = addresses(facts)
        .filter((each) => each.device === request.netDevice)
        .map((each) => each.address);
      const wanted = `${request.host} on ${request.netDevice}`;
      if (mine.length === 0) {
        const devices = [...new Set(addresses(facts).map((each) => each.device))].join(' ');
        return fail(
          `no address on ${request.netDevice}; devices: ${devices}`,
          wanted,
          'Set netDevice of the node to the device that holds its address.',
        );
      }
      return mine.includes(request.host)
        ? pass(wanted, wanted)
        : fail(
            `${request.netDevice} has ${mine.join(' ')}`,
            wanted,
            'Set netDevice of the node to the device that holds its address.',
          );
    },
  },
  {
    id: 'virtual-ip-free',
    group: 'network',
    title: 'nobody else answers at the virtual IP',
    applies: usesVirtualIp,
    judge: ({ facts, request }) => {
      const address = request.virtualIp as string;
      const wanted = `${address} silent, or held by a node of this cluster`;
      if (addresses(facts).some((each) => each.address === address)) {
        return isOurs(facts)
          ? pass('bound on this node', wanted)
          : fail(
              'bound on this host, which is no node of the cluster yet',
              wanted,
              `Take it away: ip addr del ${address} dev ${request.netDevice}.`,
            );
      }
      if (facts.text('vip.ping') === 'no') {
        return pass('no answer', wanted);
      }
      const mac = macOf(facts, address);
      const holder = request.peers.find((peer) => mac !== undefined && macOf(facts, peer.host) === mac);
      if (holder !== undefined) {
        return pass(`held by ${holder.name}`, wanted);
      }
      return fail(
        `answers ping${mac === undefined ? '' : `, hardware address ${mac}`}`,
        wanted,
        'Find the host that uses it, or choose another virtualIp: two holders of one address split the clients.',
      );
    },
  },
  {
    id: 'virtual-ip-tools',
    group: 'network',
    title: 'arping can announce the virtual IP',
    applies: usesVirtualIp,
    judge: ({ facts }) => {
      const found = facts.text('sys.arping');
      return found === ''
        ? fail(
            'no arping',
            'arping, of the system or in <prefix>/bin',
            'Install iputils-arping (Debian) or iputils (others): without it clients keep the old holder’s hardware address.',
          )
        : pass(found, 'arping, of the system or in <prefix>/bin');
    },
  },
  {
    id: 'setuid-possible',
    group: 'network',
    title: 'setuid copies of ip and arping take effect',
    applies: (request) => usesVirtualIp(request) && request.setuidCopies,
    judge: ({ facts }) => {
      const [target = '', , , options = ''] = facts.text('fs.tools.mount').split(/\s+/);
      return /\bnosuid\b/.test(options)
        ? fail(
            `${target} is mounted nosuid`,
            'a mount without nosuid',
            'Remount it with suid, or prepare /sbin/ip and /sbin/arping and set virtualIp.privilege to existing.',
          )
        : pass(`${target} allows setuid`, 'a mount without nosuid');
    },
  },
  {
    id: 'ping-peers',
    group: 'network',
    title: 'every peer answers ping',
    applies: (request) => request.peers.length > 0,
    judge: ({ facts, request }) => {
      const silent = peersWith(request, facts, 'ping', 'no');
      return silent.length === 0
        ? pass(`${request.peers.length} of ${request.peers.length}`, 'all')
        : fail(
            `silent: ${silent.join(', ')}`,
            'all',
            'Check that these hosts run, their routes, and that ICMP echo is not blocked: kbha decides by ping.',
          );
    },
  },
  {
    id: 'ssh-port-peers',
    group: 'network',
    title: 'the ssh port of every peer is open',
    applies: (request) => request.peers.length > 0,
    judge: ({ facts, request }) => {
      const closed = request.peers
        .map((peer) => ({ peer, state: facts.text(`peer.${peer.name}.ssh`) }))
        .filter(({ state }) => state !== 'open')
        .map(({ peer, state }) => `${peer.name} ${peer.host}:${peer.sshPort} ${state}`);
      return closed.length === 0
        ? pass(`${request.peers.length} of ${request.peers.length}`, 'all open')
        : fail(
            closed.join(', '),
            'all open',
            'Open the port between the nodes (network firewalls too), or correct the port of the node.',
          );
    },
  },
  {
    id: 'database-port-peers',
    group: 'network',
    title: 'no firewall on the way swallows the database port',
    applies: (request) => request.peers.some((peer) => peer.role !== 'repository') && isMember(request),
    judge: ({ facts, request }) => {
      const members = { ...request, peers: request.peers.filter((peer) => peer.role !== 'repository') };
      const dropped = peersWith(members, facts, 'database', 'filtered');
      const rejected = peersWith(members, facts, 'database', 'unreachable');
      const wanted = `open or refused at port ${request.databasePort}`;
      const found = `no answer from ${[...dropped, ...rejected].join(', ')}`;
      if (dropped.length === 0 && rejected.length === 0) {
        return pass('reached', wanted);
      }
      if (request.firewall === 'none') {
        const hint = `Open ${request.databasePort}/tcp there, or let this program do it: os.firewall auto.`;
        return fail(found, wanted, hint);
      }
      // A host's firewalld says no by ICMP; one in the network swallows.
      const hint = `Open ${request.databasePort}/tcp in the network between the nodes, unless a firewall of the hosts drops it: that one is opened by this program.`;
      return dropped.length > 0
        ? warn(found, wanted, hint)
        : pass(`rejected by the firewall of ${rejected.join(', ')}, which is opened by this program`, wanted);
    },
  },
  {
    id: 'trusted-servers',
    group: 'network',
    title: 'trusted servers answer ping',
    applies: (request) => isMember(request) && request.trustedServers.length > 0,
    judge: ({ facts, request }) => {
      const silent = request.trustedServers.filter((server) => facts.text(`trusted.${server}`) !== 'yes');
      const found = silent.length === 0 ? 'all answer' : `silent: ${silent.join(', ')}`;
      if (silent.length === request.trustedServers.length) {
        return fail(
          found,
          'at least one',
          'Give gateways that answer ping from every node: without them no standby promotes itself.',
        );
      }
      if (silent.length > 0) {
        return warn(found, 'all', 'Replace the silent ones, as they cannot arbitrate.');
      }
      return request.trustedServers.length > 1
        ? pass(found, 'all, two or more')
        : warn(
            `${found}, only one`,
            'two or more',
            'Name a second one: while the only one is down, no failover happens.',
          );
    },
  },
  {
    id: 'ping-as-os-user',
    group: 'network',
    title: 'the OS user may ping',
    applies: isMember,
    judge: ({ facts, request }) => {
      const wanted = `${request.osUser} pings`;
      const hint =
        'Run chmod u+s $(command -v ping), or widen net.ipv4.ping_group_range: kbha asks the trusted servers by ping.';
      if (facts.textOr('user.passwd', '') !== '') {
        const reason = facts.reason('user.ping');
        return reason === undefined
          ? pass(facts.text('user.ping').split('\n')[0] ?? '', wanted)
          : fail(`ping fails: ${reason}`, wanted, hint);
      }
      const [low = 1, high = 0] = facts.words('ping.groups').map(Number);
      const isAllowed =
        /^[4-7]\d{3}$/.test(facts.text('ping.mode')) || facts.text('ping.capabilities').includes('cap_net_raw');
      return isAllowed || (low === 0 && high >= 60_000)
        ? pass('ping is setuid, has cap_net_raw, or all groups may', wanted)
        : fail(`ping has mode ${facts.text('ping.mode')} and no capability`, wanted, hint);
    },
  },
  portCheck(
    'database-port-free',
    'the database port is free',
    (request) => (isMember(request) ? request.databasePort : undefined),
    /kingbase|postgres/,
  ),
  portCheck(
    'channel-port-free',
    'the port of sys_securecmdd is free',
    (request) => (request.channel.kind === 'securecmdd' ? request.channel.port : undefined),
    /securecmdd/,
  ),
];
