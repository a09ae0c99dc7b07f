/** Who logs in, who owns the database, and whether the nodes could log in to one another. */
import { type Check, fail, isMember, isOurs, pass, warn } from '../check';
import { MIN_OPEN_FILES, MIN_PROCESSES } from '../requirements';
import type { Facts } from '../evidence';
import type { PreflightRequest } from '../types';

function userExists(_: PreflightRequest, facts: Facts): boolean {
  return facts.textOr('user.passwd', '') !== '';
}

function secondsToDays(seconds: number): number {
  return Math.floor(seconds / 86_400);
}

export const accountChecks: readonly Check[] = [
  {
    id: 'root-access',
    group: 'account',
    title: 'the login user may act as root',
    judge: ({ facts }) => {
      const found = `${facts.text('sys.login')}, uid ${facts.text('sys.uid')}`;
      return facts.text('sys.uid') === '0'
        ? pass(found, 'uid 0, directly or by sudo -n')
        : fail(
            found,
            'uid 0, directly or by sudo -n',
            'Give the login user passwordless sudo: `<user> ALL=(ALL) NOPASSWD: ALL` in a file in /etc/sudoers.d.',
          );
    },
  },
  {
    id: 'os-user',
    group: 'account',
    title: 'the owner of the database is usable',
    judge: ({ facts, request }) => {
      const { osUser, home } = request;
      const [name, , , , , foundHome = '', shell = ''] = facts.text('user.passwd').split(':');
      if (name === '') {
        return pass(`no user ${osUser}`, 'absent (it is created), or with shell and home as declared');
      }
      const found = `${osUser}, home ${foundHome}, shell ${shell}`;
      const wanted = `home ${home}, a login shell`;
      if (foundHome !== home) {
        return fail(found, wanted, `Set os.home to ${foundHome}, or move it: usermod -m -d ${home} ${osUser}.`);
      }
      return /(nologin|false)$/.test(shell)
        ? fail(
            found,
            wanted,
            `Give it a shell: usermod -s /bin/bash ${osUser}; repmgr and kbha run commands through it.`,
          )
        : pass(found, wanted);
    },
  },
  {
    id: 'os-user-valid',
    group: 'account',
    title: 'the account of the OS user has not expired',
    applies: userExists,
    judge: ({ facts, request, runner }) => {
      const [, changed = '', , maximum = '', , , expires = ''] = facts.text('user.shadow').split(':');
      const today = secondsToDays(runner.nowEpochSeconds);
      const passwordEnds = changed === '' || maximum === '' ? Infinity : Number(changed) + Number(maximum);
      const ends = Math.min(
        expires === '' ? Infinity : Number(expires),
        Number(maximum) >= 99_999 ? Infinity : passwordEnds,
      );
      const hint = `Run chage -E -1 -M -1 ${request.osUser}: cron and sshd refuse an expired account, and the cluster then has no watchdog.`;
      if (ends === Infinity) {
        return pass('no end', 'no end, or later than in 30 days');
      }
      const found = ends < today ? `expired ${today - ends} days ago` : `ends in ${ends - today} days`;
      return ends < today ? fail(found, 'no end', hint) : warn(found, 'no end', hint);
    },
  },
  {
    id: 'os-group',
    group: 'account',
    title: 'the group of the OS user is the declared one',
    applies: userExists,
    judge: ({ facts, request }) => {
      const gid = facts.text('user.passwd').split(':')[3];
      const group = facts.text('user.group').split(':');
      const found =
        group[0] === '' ? `no group ${request.osGroup}` : `${request.osGroup} gid ${group[2]}, user's gid ${gid}`;
      return group[2] === gid
        ? pass(found, `primary group ${request.osGroup}`)
        : warn(
            found,
            `primary group ${request.osGroup}`,
            `Set os.group to the user's group, or run usermod -g ${request.osGroup} ${request.osUser}.`,
          );
    },
  },
  {
    id: 'limits',
    group: 'account',
    title: 'the OS user may open enough files and processes',
    applies: userExists,
    judge: ({ facts }) => {
      const [files = '', processes = ''] = facts.lines('user.limits');
      const found = `nofile ${files}, nproc ${processes}`;
      const wanted = `nofile ≥ ${MIN_OPEN_FILES}, nproc ≥ ${MIN_PROCESSES}`;
      const enough = (value: string, least: number) => value === 'unlimited' || Number(value) >= least;
      if (enough(files, MIN_OPEN_FILES) && enough(processes, MIN_PROCESSES)) {
        return pass(found, wanted);
      }
      return isOurs(facts)
        ? warn(
            found,
            wanted,
            'Something overrides our drop-in: grep -nE "nofile|nproc" /etc/security/limits.conf /etc/security/limits.d/* shows other lines for the OS user and for *; in a container the limit of its host counts.',
          )
        : pass(`${found}; raised by our drop-in`, wanted);
    },
  },
  {
    id: 'other-password-file',
    group: 'account',
    title: 'the OS user has no password file besides ours',
    applies: isMember,
    judge: ({ facts, request }) => {
      const found = facts.text('user.encpwd');
      const wanted = 'no ~/.encpwd: ours is ~/.kbpass';
      return found === ''
        ? pass('none', wanted)
        : warn(
            found,
            wanted,
            `Which of the two the programs read first is not established: move ${found} away, or keep the passwords in it the same ` +
              `(sys_encpwd, as ${request.osUser}).`,
          );
    },
  },
  {
    id: 'path-access',
    group: 'account',
    title: 'the OS user reaches the data directory',
    applies: (request, facts) => isMember(request) && userExists(request, facts),
    judge: ({ facts, request }) => {
      const denied = facts.words('user.denied');
      return denied.length === 0
        ? pass('every directory above it can be entered', request.data)
        : fail(
            `no way through ${denied.join(' ')}`,
            request.data,
            `Give ${request.osUser} the right to enter: chmod o+x ${denied.join(' ')}.`,
          );
    },
  },
  {
    id: 'ssh-inbound',
    group: 'account',
    title: 'sshd lets the OS user in with a key',
    applies: (request, facts) => request.channel.kind === 'ssh' && userExists(request, facts),
    judge: ({ facts, request }) => {
      const options = new Map(
        facts.lines('ssh.effective').map((line) => [line.split(' ')[0], line.replace(/^\S+ /, '')]),
      );
      const value = (name: string) => options.get(name) ?? '';
      const listed = (name: string, who: string) =>
        value(name)
          .split(' ')
          .some((entry) => entry.split('@')[0] === who);
      const wrong = [
        value('pubkeyauthentication') === 'no' ? 'PubkeyAuthentication no' : '',
        value('authorizedkeysfile').includes('.ssh/authorized_keys')
          ? ''
          : `AuthorizedKeysFile ${value('authorizedkeysfile')}`,
        options.has('allowusers') && !listed('allowusers', request.osUser) ? `AllowUsers ${value('allowusers')}` : '',
        listed('denyusers', request.osUser) ? `DenyUsers ${value('denyusers')}` : '',
        options.has('allowgroups') && !listed('allowgroups', request.osGroup)
          ? `AllowGroups ${value('allowgroups')}`
          : '',
      ].filter((each) => each !== '');
      return wrong.length === 0
        ? pass('allowed', 'public keys from ~/.ssh/authorized_keys')
        : fail(
            wrong.join('; '),
            'public keys from ~/.ssh/authorized_keys',
            `Let ${request.osUser} in (sshd_config), or set remoteChannel.kind to securecmdd.`,
          );
    },
  },
  {
    id: 'sshd-latency',
    group: 'account',
    title: 'sshd asks nobody else while logging in',
    applies: (_, facts) => facts.has('ssh.effective'),
    judge: ({ facts }) => {
      const slow = facts.lines('ssh.effective').filter((line) => /^(usedns|gssapiauthentication) yes$/.test(line));
      return slow.length === 0
        ? pass('UseDNS no, GSSAPIAuthentication no', 'UseDNS no, GSSAPIAuthentication no')
        : warn(
            slow.join(', '),
            'UseDNS no, GSSAPIAuthentication no',
            'Set both to no in sshd_config: with a dead name server each remote command waits, and a failover with it.',
          );
    },
  },
];
