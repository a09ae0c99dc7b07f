/** What sites of V8R3 tripped over, as checks of one host. Whatever the host did not report is missing evidence, and blocks. */
import { fail, pass, warn, type Judgement } from '../../preflight/check';
import { judgeSystemd } from '../../preflight/checks/system';
import type { Facts } from '../../preflight/evidence';
import type { CheckGroup } from '../../preflight/types';
import type { V8r3PreflightRequest } from './request';

export interface V8r3Subject {
  readonly facts: Facts;
  readonly request: V8r3PreflightRequest;
}

export interface V8r3Check {
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  readonly judge: (subject: V8r3Subject) => Judgement;
}

export const v8r3Checks: readonly V8r3Check[] = [
  {
    id: 'v8r3-os-user',
    group: 'account',
    title: 'the owner of the databases exists',
    judge: ({ facts, request: { osUser, home } }) => {
      const found = facts.text('user.home');
      const wanted = `user ${osUser} with home ${home}`;
      if (found === home) return pass(found, wanted);
      return found === ''
        ? fail(`no user ${osUser}`, wanted, 'Install the cluster first, or set os.user to its owner.')
        : fail(`home ${found}`, wanted, `Set os.home to ${found}: our key and trust lie below it.`);
    },
  },
  {
    id: 'v8r3-programs',
    group: 'software',
    title: 'the vendor’s programs and scripts are installed',
    judge: ({ facts, request }) => {
      const missing = facts.words('programs.missing');
      return missing.length === 0
        ? pass(`${request.programs.length} of ${request.programs.length}`, 'executable')
        : fail(
            `missing: ${missing.join(' ')}`,
            'executable',
            'Install them from the vendor’s media, or correct directories.cluster and pools.',
          );
    },
  },
  {
    id: 'v8r3-database',
    group: 'storage',
    title: 'the data directory holds a database',
    judge: ({ facts, request: { data } }) =>
      facts.text('data.conf') === 'yes'
        ? pass(data, 'kingbase.conf in it')
        : fail(
            `no kingbase.conf in ${data}`,
            'kingbase.conf in it',
            'Mount its volume, or correct directories.data: this component configures databases and creates none.',
          ),
  },
  {
    id: 'v8r3-device',
    group: 'network',
    title: 'the network device carries the node’s address',
    judge: ({ facts, request: { netDevice, host } }) => {
      const addresses = facts.words('device.addresses');
      const wanted = `${host} on ${netDevice}`;
      const carrier = facts.textOr('device.of', '');
      return addresses.includes(host)
        ? pass(wanted, wanted)
        : fail(
            addresses.length === 0 ? `no address on ${netDevice}` : `${addresses.join(' ')} on ${netDevice}`,
            wanted,
            carrier === ''
              ? 'Set nodes[].netDevice to the device of its address: with a wrong DEV no virtual IP can be taken over.'
              : `Set nodes[].netDevice to ${carrier}: with a wrong DEV no virtual IP can be taken over.`,
          );
    },
  },
  {
    id: 'v8r3-arping',
    group: 'network',
    title: 'arping is that of iputils',
    judge: ({ facts, request: { arping } }) => {
      const version = facts.textOr('arping.version', '');
      const wanted = `${arping} of iputils`;
      if (/iputils/.test(version)) return pass(version.split('\n')[0] as string, wanted);
      return fail(
        version === '' ? `${arping} cannot be run` : (version.split('\n')[0] as string),
        wanted,
        'Set recovery.arpingPath to the directory of iputils’ arping (the vendor brings one in db/bin): another one does not know -U, the address then fails, and the pool takes its node for dead.',
      );
    },
  },
  {
    id: 'v8r3-gateways',
    group: 'network',
    title: 'the trusted servers answer ping',
    judge: ({ facts, request: { gateways } }) => {
      const silent = gateways.filter((gateway) => facts.text(`gateway.${gateway}`) !== 'yes');
      const wanted = `${gateways.join(' ')} answer`;
      if (silent.length === 0) return pass('all', wanted);
      const hint =
        'Correct trustedServers, or let them answer ICMP: while all are silent, the scripts stop every database.';
      const found = `silent: ${silent.join(' ')}`;
      return silent.length === gateways.length ? fail(found, wanted, hint) : warn(found, wanted, hint);
    },
  },
  {
    id: 'v8r3-mount-points',
    group: 'storage',
    title: 'the owner may write to the mount points',
    judge: ({ facts, request: { mountPoints, osUser } }) => {
      const wrong = mountPoints.flatMap((_, index) => {
        const [path = '', state = ''] = facts.text(`mount.${index}`).split(' ');
        return state === 'rw' ? [] : [`${path} ${state}`];
      });
      return wrong.length === 0
        ? pass('all', `writable for ${osUser}`)
        : fail(
            wrong.join(', '),
            `writable for ${osUser}`,
            'Mount them for writing and give them to that user, or correct recovery.mountPoints: network_rewind.sh stops the database after six failed rounds.',
          );
    },
  },
  {
    id: 'v8r3-local-ssh',
    group: 'account',
    title: 'the owner reaches root by ssh to localhost',
    judge: ({ facts, request: { osUser } }) => {
      const wanted = `${osUser} logs in to root@localhost with a key`;
      if (facts.text('ssh.local') === 'yes') return pass('it does', wanted);
      const root = facts.text('ssh.rootLogin');
      return root === 'no'
        ? fail(
            'sshd refuses root (PermitRootLogin no)',
            wanted,
            'Set PermitRootLogin prohibit-password: network_rewind.sh takes and drops the address that way, and without it no recovery ends.',
          )
        : warn(
            `not yet; PermitRootLogin ${root}`,
            wanted,
            'The trust between the nodes that this program sets up next makes it so.',
          );
    },
  },
  {
    id: 'v8r3-systemd',
    group: 'system',
    title: 'systemd can run the records',
    judge: ({ facts }) => judgeSystemd(facts.text('sys.systemdVersion')),
  },
  {
    id: 'v8r3-automation',
    group: 'automation',
    title: 'the automation runs',
    judge: ({ facts }) => {
      const paused = facts.lines('cron.paused');
      const wanted = 'no commented line in KINGBASECRON';
      return paused.length === 0
        ? pass('not paused', wanted)
        : warn(
            `${paused.length} commented`,
            wanted,
            'They stay so. When the reason is gone, take the # away, or run kingbase_monitor.sh start.',
          );
    },
  },
];
