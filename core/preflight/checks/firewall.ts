/** Whether the firewall that runs there is one that our rules can open. */
import { type Check, fail, pass, warn } from '../check';
import type { Facts } from '../evidence';
import { MIN_FIREWALLD } from '../requirements';

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < MIN_FIREWALLD[0] || (major === MIN_FIREWALLD[0] && minor < MIN_FIREWALLD[1]);
}

/** Tables that drop by policy and that nobody but their owner opens; firewalld's own is opened by firewalld. */
function foreignDrops(facts: Facts): string[] {
  return facts.words('firewall.drops').filter((table) => table !== 'firewalld');
}

export const firewallChecks: readonly Check[] = [
  {
    id: 'firewall-manageable',
    group: 'firewall',
    title: 'the declared firewall can be set up',
    judge: ({ facts, request }) => {
      const { firewall } = request;
      const isRunning = facts.text('firewall.firewalld') === 'active';
      const found = isRunning ? `firewalld ${facts.text('firewall.version')}` : 'firewalld does not run';
      const wanted = `os.firewall ${firewall}`;
      if (isRunning && firewall !== 'none' && isOld(facts.text('firewall.version'))) {
        return firewall === 'nftables'
          ? pass(found, wanted)
          : fail(
              found,
              'firewalld 0.9 or newer, which knows policies',
              `Open the ports by hand and set os.firewall to none: firewall-cmd --permanent --add-port=${request.databasePort}/tcp && firewall-cmd --reload.`,
            );
      }
      if (firewall === 'firewalld' && !isRunning) {
        return warn(
          found,
          wanted,
          'Enable firewalld, or set os.firewall to auto: as it is, the ports are open to everybody.',
        );
      }
      if (firewall === 'nftables' && facts.text('firewall.nft') === '') {
        return fail('no nft', wanted, 'Install nftables, or set os.firewall to none.');
      }
      return firewall === 'nftables' && isRunning
        ? fail(found, wanted, 'Set os.firewall to firewalld: a table of our own cannot open what firewalld closes.')
        : pass(found, wanted);
    },
  },
  {
    id: 'firewall-drops',
    group: 'firewall',
    title: 'no other firewall drops by policy',
    judge: ({ facts, request }) => {
      const tables = foreignDrops(facts);
      return tables.length === 0
        ? pass('none', 'none')
        : warn(
            `${tables.join(' ')} drops by policy`,
            'none',
            `Open ${request.databasePort}/tcp, ${request.channel.port}/tcp and ICMP echo there for nodes and clients: rules of ours cannot override a drop.`,
          );
    },
  },
];
