/** Operating system: is it one that this can run on, with all that the tools call. */
import { type Check, fail, isMember, type Judgement, pass, warn } from '../check';
import type { Facts } from '../evidence';
import { KNOWN_ARCHITECTURES, KNOWN_SYSTEMS, REQUIRED_COMMANDS } from '../requirements';

/** A value of /etc/os-release. */
export function osRelease(facts: Facts, key: string): string {
  return new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(facts.text('sys.osRelease'))?.[1] ?? '';
}

export const systemChecks: readonly Check[] = [
  {
    id: 'os-supported',
    group: 'system',
    title: 'operating system is known to run KingbaseES',
    judge: ({ facts }) => {
      const found = `${osRelease(facts, 'ID')} ${osRelease(facts, 'VERSION_ID')}`.trim();
      return (KNOWN_SYSTEMS as readonly string[]).includes(osRelease(facts, 'ID'))
        ? pass(found, 'a known distribution')
        : warn(
            found || 'no ID in /etc/os-release',
            'a known distribution',
            'Ask the vendor for the support matrix of your build before you rely on this system.',
          );
    },
  },
  {
    id: 'architecture-supported',
    group: 'system',
    title: 'processor architecture has builds',
    judge: ({ facts }) => {
      const found = facts.text('sys.arch');
      return (KNOWN_ARCHITECTURES as readonly string[]).includes(found)
        ? pass(found, KNOWN_ARCHITECTURES.join(', '))
        : warn(found, KNOWN_ARCHITECTURES.join(', '), 'Make sure that the media are built for this architecture.');
    },
  },
  {
    id: 'systemd',
    group: 'system',
    title: 'systemd runs the host',
    judge: ({ facts }) =>
      facts.text('sys.systemd') === 'yes'
        ? judgeSystemd(facts.text('sys.systemdVersion'))
        : fail(
            'another init',
            'systemd',
            'Use a host that systemd runs: cron, firewall and sys_securecmdd are units there.',
          ),
  },
  {
    id: 'commands-present',
    group: 'system',
    title: 'commands that the tools call are installed',
    judge: ({ facts }) => {
      const missing = facts.words('sys.missing');
      const wanted = `${REQUIRED_COMMANDS.length} commands`;
      return missing.length === 0
        ? pass('all', wanted)
        : fail(
            `missing: ${missing.join(' ')}`,
            wanted,
            'Install the packages that hold them (iproute2, iputils-ping, procps, util-linux, cron, openssh-client).',
          );
    },
  },
  {
    id: 'hostname-resolves',
    group: 'system',
    title: 'the host knows its own name',
    judge: ({ facts, request }) => {
      const name = facts.text('sys.hostname');
      const addresses = facts.words('sys.resolves');
      const found = addresses.length === 0 ? `${name}: does not resolve` : `${name}: ${addresses.join(' ')}`;
      const wanted = `resolves, best to ${request.host}`;
      if (/^localhost(\.|$)/.test(name)) {
        return warn(found, wanted, `Give the host a name of its own: hostnamectl set-hostname ${request.name}.`);
      }
      return addresses.length === 0
        ? warn(
            found,
            wanted,
            `Add the line "${request.host} ${name}" to /etc/hosts; else sudo and logins wait for DNS.`,
          )
        : pass(found, wanted);
    },
  },
  {
    id: 'machine-id',
    group: 'system',
    title: 'the machine has an identity',
    judge: ({ facts }) => {
      const id = facts.text('sys.machineId');
      return /^[0-9a-f]{32}$/.test(id)
        ? pass(id, '32 hexadecimal digits')
        : fail(
            id || 'empty',
            '32 hexadecimal digits',
            'Run systemd-machine-id-setup: without it a host that was made anew cannot be told from the old one.',
          );
    },
  },
  {
    id: 'locale-available',
    group: 'system',
    title: 'the locale of the database exists',
    applies: isMember,
    judge: ({ facts, request }) => {
      const { locale } = request;
      if (['C', 'POSIX', 'default', ''].includes(locale)) {
        return pass(locale, 'built in');
      }
      const found = facts.text('sys.locale');
      return found === ''
        ? fail(
            `no ${locale}`,
            locale,
            `Generate it on every node (localedef or the locales package), or set database.locale to C.`,
          )
        : pass(found, locale);
    },
  },
  {
    id: 'timezone-known',
    group: 'system',
    title: 'the time zone of the database exists',
    applies: isMember,
    judge: ({ facts, request }) =>
      facts.text('sys.zone') === 'yes'
        ? pass(request.timezone, request.timezone)
        : warn(
            `no ${request.timezone} in /usr/share/zoneinfo`,
            request.timezone,
            'Install tzdata, or set os.timezone to a zone that exists on every node.',
          ),
  },
  {
    id: 'umask',
    group: 'system',
    title: 'new files are not writable for everybody',
    judge: ({ facts }) => {
      const found = facts.text('sys.umask');
      return /[2367]$/.test(found)
        ? pass(found, '0022 or stricter')
        : warn(found, '0022 or stricter', 'Correct the umask of root in /etc/profile or /etc/login.defs.');
    },
  },
  {
    id: 'tmp-usable',
    group: 'system',
    title: '/tmp holds sockets and runs installers',
    judge: ({ facts }) => {
      const mode = facts.text('tmp.mode');
      const options = facts.text('fs.tmp.mount').split(/\s+/)[3] ?? '';
      const found = `mode ${mode}, ${options}`;
      const wanted = 'mode 1777, not noexec';
      if (!mode.endsWith('777')) {
        return fail(found, wanted, 'Run chmod 1777 /tmp: the server puts its socket there as the OS user.');
      }
      return /\bnoexec\b/.test(options)
        ? warn(
            found,
            wanted,
            'The vendor’s own installers unpack and run in /tmp; ours do not. Remount it with exec before you use them.',
          )
        : pass(found, wanted);
    },
  },
  {
    id: 'selinux',
    group: 'system',
    title: 'SELinux does not enforce',
    judge: ({ facts }) => {
      const found = facts.text('sys.selinux');
      return found === 'Enforcing'
        ? warn(
            found,
            'absent, Disabled or Permissive',
            'Set SELINUX=permissive in /etc/selinux/config, or label the prefix and the data directory.',
          )
        : pass(found, 'absent, Disabled or Permissive');
    },
  },
];

/** Since this one a transient unit may append to a file, as action.sh has it (systemd.exec: StandardOutput=append:). */
const ACTIONS_NEED = 240;

/** The first number of `systemctl --version`. */
export function judgeSystemd(version: string): Judgement {
  const wanted = `systemd ${ACTIONS_NEED} or later`;
  const number = parseInt(version, 10);
  return number >= ACTIONS_NEED
    ? pass(`systemd ${number}`, wanted)
    : warn(
        Number.isNaN(number) ? 'systemd of unknown age' : `systemd ${number}`,
        wanted,
        'The cluster runs with it; records under kingbase:actions do not, they begin nothing and say so. Move to a newer system before you need one.',
      );
}
