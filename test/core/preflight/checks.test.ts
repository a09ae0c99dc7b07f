/**
 * Each check is flipped by a fault of its own, and by nothing else: the table spoils one thing of a good host and expects exactly these
 * verdicts to differ from PASS. Proves the judgement; that the collector reads hosts rightly is shown in the lab.
 */
import { describe, expect, it } from 'vitest';
import { checkIds, evaluate, nodeChecks } from '../../../core/preflight/evaluate';
import type { CheckResult, PreflightRequest, RunnerFacts } from '../../../core/preflight/types';
import { GOOD, makeEvidence, makeRequest, type FactChanges } from './support';

function differing(changes: FactChanges, request: Partial<PreflightRequest> = {}, runner: Partial<RunnerFacts> = {}) {
  const { results } = evaluate([makeEvidence(changes, request, runner)]);
  return results.filter((result) => result.verdict !== 'PASS');
}

const verdicts = (results: readonly CheckResult[]) =>
  Object.fromEntries(results.map((result) => [result.id, result.verdict]));

const OURS = { ledger: 'bootstrap:done member:joined' };
const SCMD: Partial<PreflightRequest> = { channel: { kind: 'securecmdd', port: 8890 } };
const MEDIA = {
  source: 'media',
  isZip: true,
  licenseMinDays: 30,
  licenseRequired: true,
  license: '/media/license.dat',
} as const;
const BIN = '/home/kingbase/cluster/lab/kingbase/bin';
const LINE = `*/1 * * * * kingbase  . /etc/profile;${BIN}/kbha -A daemon -f ${BIN}/../etc/repmgr.conf`;
const mem = (name: string, value: string) => ({
  'mem.info': (GOOD['mem.info'] as string).replace(new RegExp(`^${name}:.*$`, 'm'), `${name}: ${value}`),
});

type Row = [
  what: string,
  expected: Record<string, string>,
  changes: FactChanges,
  request?: Partial<PreflightRequest>,
  runner?: Partial<RunnerFacts>,
];

const rows: Row[] = [
  ['an unknown system', { 'os-supported': 'WARN' }, { 'sys.osRelease': 'ID=plan9' }],
  ['an os-release without ID', { 'os-supported': 'WARN' }, { 'sys.osRelease': '' }],
  ['an unknown architecture', { 'architecture-supported': 'WARN' }, { 'sys.arch': 'riscv64' }],
  ['another init', { systemd: 'FAIL' }, { 'sys.systemd': 'no' }],
  ['a missing command', { 'commands-present': 'FAIL' }, { 'sys.missing': 'ss crontab' }],
  ['a host named localhost', { 'hostname-resolves': 'WARN' }, { 'sys.hostname': 'localhost.localdomain' }],
  ['a name that does not resolve', { 'hostname-resolves': 'WARN' }, { 'sys.resolves': '' }],
  ['no machine-id', { 'machine-id': 'FAIL' }, { 'sys.machineId': '' }],
  ['a missing locale', { 'locale-available': 'FAIL' }, { 'sys.locale': '' }, { locale: 'zh_CN.UTF-8' }],
  ['a locale that exists', {}, { 'sys.locale': 'zh_CN.utf8' }, { locale: 'zh_CN.UTF-8' }],
  ['an unknown time zone', { 'timezone-known': 'WARN' }, { 'sys.zone': 'no' }],
  ['an open umask', { umask: 'WARN' }, { 'sys.umask': '0000' }],
  ['a closed /tmp', { 'tmp-usable': 'FAIL' }, { 'tmp.mode': '755' }],
  ['a /tmp without exec', { 'tmp-usable': 'WARN' }, { 'fs.tmp.mount': '/tmp tmpfs tmpfs rw,noexec' }],
  ['SELinux enforcing', { selinux: 'WARN' }, { 'sys.selinux': 'Enforcing' }],
  ['a login without root', { 'root-access': 'FAIL' }, { 'sys.uid': '1000' }],
  [
    'no OS user yet',
    {},
    {
      'user.passwd': '',
      'user.shadow': '',
      'user.group': '',
      'user.ping': undefined,
      'user.limits': undefined,
      'ssh.effective': undefined,
    },
  ],
  ['another home', { 'os-user': 'FAIL' }, { 'user.passwd': 'kingbase:x:1000:1000::/opt/kb:/bin/bash' }],
  [
    'no login shell',
    { 'os-user': 'FAIL' },
    { 'user.passwd': 'kingbase:x:1000:1000::/home/kingbase:/usr/sbin/nologin' },
  ],
  ['an expired account', { 'os-user-valid': 'FAIL' }, { 'user.shadow': 'kingbase:20000:0:99999:7::20001' }],
  [
    'a password that ends soon',
    { 'os-user-valid': 'WARN' },
    { 'user.shadow': `kingbase:${Math.floor(1795219200 / 86400)}:0:10:7::` },
  ],
  ['no password ageing at all', {}, { 'user.shadow': 'kingbase:::::' }],
  ['another primary group', { 'os-group': 'WARN' }, { 'user.group': 'kingbase:x:1001:' }],
  ['no such group', { 'os-group': 'WARN' }, { 'user.group': '' }],
  ['low limits before our drop-in', {}, { 'user.limits': '1024\n4096' }],
  [
    'low limits after our drop-in',
    { limits: 'WARN' },
    { ...OURS, 'data.state': 'present base', 'user.limits': '1024\n4096' },
  ],
  ['a closed directory on the way', { 'path-access': 'FAIL' }, { 'user.denied': '/kbdata' }],
  [
    'sshd without keys',
    { 'ssh-inbound': 'FAIL' },
    { 'ssh.effective': 'pubkeyauthentication no\nauthorizedkeysfile .ssh/authorized_keys' },
  ],
  ['keys elsewhere', { 'ssh-inbound': 'FAIL' }, { 'ssh.effective': 'authorizedkeysfile /etc/ssh/keys/%u' }],
  [
    'AllowUsers without ours',
    { 'ssh-inbound': 'FAIL' },
    { 'ssh.effective': 'authorizedkeysfile .ssh/authorized_keys\nallowusers ops root' },
  ],
  [
    'AllowUsers with ours',
    {},
    {
      'ssh.effective':
        'authorizedkeysfile .ssh/authorized_keys\nallowusers ops kingbase@10.77.0.*\nallowgroups kingbase',
    },
  ],
  [
    'DenyUsers with ours',
    { 'ssh-inbound': 'FAIL' },
    { 'ssh.effective': 'authorizedkeysfile .ssh/authorized_keys\ndenyusers kingbase' },
  ],
  [
    'AllowGroups without ours',
    { 'ssh-inbound': 'FAIL' },
    { 'ssh.effective': 'authorizedkeysfile .ssh/authorized_keys\nallowgroups wheel' },
  ],
  [
    'sshd that asks DNS',
    { 'sshd-latency': 'WARN' },
    { 'ssh.effective': 'authorizedkeysfile .ssh/authorized_keys\nusedns yes' },
  ],
  ['an address that is not here', { 'address-local': 'FAIL' }, {}, { host: '203.0.113.5', virtualIp: undefined }],
  ['another device', { 'network-device': 'FAIL' }, {}, { netDevice: 'eth1' }],
  [
    'the address on another device',
    { 'network-device': 'FAIL' },
    { 'net.addresses': '2: eth0    inet 10.77.0.11/24\n3: eth1    inet 10.9.9.9/24' },
    { netDevice: 'eth1' },
  ],
  ['a virtual IP that answers', { 'virtual-ip-free': 'FAIL' }, { 'vip.ping': 'yes' }],
  [
    'a virtual IP that a stranger holds',
    { 'virtual-ip-free': 'FAIL' },
    { 'vip.ping': 'yes', 'net.neighbours': '10.77.0.100 aa:bb:cc:dd:ee:ff' },
  ],
  [
    'a virtual IP that a peer holds',
    {},
    { 'vip.ping': 'yes', 'net.neighbours': '10.77.0.12 aa:aa:aa:aa:aa:12\n10.77.0.100 aa:aa:aa:aa:aa:12' },
  ],
  [
    'a virtual IP on this foreign host',
    { 'virtual-ip-free': 'FAIL' },
    { 'net.addresses': '2: eth0    inet 10.77.0.11/24\n2: eth0    inet 10.77.0.100/24' },
  ],
  [
    'a virtual IP on this node of the cluster',
    {},
    {
      ...OURS,
      'data.state': 'present base',
      'net.addresses': '2: eth0    inet 10.77.0.11/24\n2: eth0    inet 10.77.0.100/24',
    },
  ],
  ['no arping', { 'virtual-ip-tools': 'FAIL' }, { 'sys.arping': '' }],
  ['a vendor’s password file', { 'other-password-file': 'WARN' }, { 'user.encpwd': '/home/kingbase/.encpwd' }],
  ['a mount without setuid', { 'setuid-possible': 'FAIL' }, { 'fs.tools.mount': '/usr /dev/vdb ext4 rw,nosuid' }],
  ['prepared tools on such a mount', {}, { 'fs.tools.mount': '/usr /dev/vdb ext4 rw,nosuid' }, { setuidCopies: false }],
  ['a silent peer', { 'ping-peers': 'FAIL' }, { 'peer.node3.ping': 'no' }],
  ['a closed ssh port', { 'ssh-port-peers': 'FAIL' }, { 'peer.node2.ssh': 'refused' }],
  ['a swallowed database port', { 'database-port-peers': 'WARN' }, { 'peer.node2.database': 'filtered' }],
  [
    'a swallowed database port that we may not open',
    { 'database-port-peers': 'FAIL' },
    { 'peer.node2.database': 'unreachable' },
    { firewall: 'none' },
  ],
  ['a database port that a host firewall rejects', {}, { 'peer.node2.database': 'unreachable' }],
  ['a silent trusted server', { 'trusted-servers': 'WARN' }, { 'trusted.10.77.0.254': 'no' }],
  ['no trusted server', { 'trusted-servers': 'FAIL' }, { 'trusted.10.77.0.1': 'no', 'trusted.10.77.0.254': 'no' }],
  ['only one trusted server', { 'trusted-servers': 'WARN' }, {}, { trustedServers: ['10.77.0.1'] }],
  [
    'a ping that the OS user may not run',
    { 'ping-as-os-user': 'FAIL' },
    { 'user.ping': { error: 'Operation not permitted' } },
  ],
  [
    'a ping without rights before the OS user exists',
    { 'ping-as-os-user': 'FAIL' },
    { 'user.passwd': '', 'ping.capabilities': '' },
  ],
  ['a setuid ping', {}, { 'user.passwd': '', 'ping.capabilities': '', 'ping.mode': '4755' }],
  ['ping for all groups', {}, { 'user.passwd': '', 'ping.capabilities': '', 'ping.groups': '0\t2147483647' }],
  ['a used database port', { 'database-port-free': 'FAIL' }, { 'port.54321': '77 postgres /usr/lib/postgresql -D /x' }],
  [
    'a database port used by a stranger beside ours',
    { 'database-port-free': 'FAIL' },
    { ...OURS, 'data.state': 'present base', 'port.54321': '77 root nc -l' },
  ],
  [
    'a database port used by us',
    {},
    { ...OURS, 'data.state': 'present base', 'port.54321': '77 kingbase /usr/lib/postgresql/postgres -D /x' },
  ],
  ['a used channel port', { 'channel-port-free': 'FAIL' }, { 'port.8890': '78 root python3 -m http.server' }, SCMD],
  ['the channel of this prefix', {}, { 'port.8890': `78 root ${BIN}/sys_securecmdd -D` }, SCMD],
  ['an old firewalld', { 'firewall-manageable': 'FAIL' }, { 'firewall.version': '0.6.6' }],
  ['an old firewalld that we leave alone', {}, { 'firewall.version': '0.8.0' }, { firewall: 'none' }],
  ['an old firewalld and nftables declared', {}, { 'firewall.version': '0.8.0' }, { firewall: 'nftables' }],
  ['firewalld and nftables declared', { 'firewall-manageable': 'FAIL' }, {}, { firewall: 'nftables' }],
  [
    'firewalld declared, not running',
    { 'firewall-manageable': 'WARN' },
    { 'firewall.firewalld': 'inactive' },
    { firewall: 'firewalld' },
  ],
  [
    'nftables declared, no nft',
    { 'firewall-manageable': 'FAIL' },
    { 'firewall.firewalld': '', 'firewall.nft': '' },
    { firewall: 'nftables' },
  ],
  ['a table that drops', { 'firewall-drops': 'WARN' }, { 'firewall.drops': 'filter firewalld' }],
  ['a data directory of somebody', { 'data-directory': 'FAIL' }, { 'data.state': 'present notes.txt' }],
  ['a data directory that cannot be read', { 'data-directory': 'FAIL' }, { 'data.state': 'unreadable' }],
  ['a foreign database', { 'data-directory': 'FAIL' }, { 'data.state': 'present base global', 'data.database': 'yes' }],
  ['our data gone', { 'data-directory': 'FAIL' }, OURS],
  ['an unfinished clone of ours', {}, { ledger: 'member:cloning', 'data.state': 'present base' }],
  ['a WAL directory of somebody', { 'data-directory': 'FAIL' }, { 'wal.state': 'present 0001' }, { wal: '/kbwal/wal' }],
  ['a full disk', { 'data-space': 'FAIL' }, { 'fs.data.space': '100 4096 100000 131072' }],
  ['a full WAL disk', { 'data-space': 'FAIL' }, { 'fs.wal.space': '100 4096 100000 131072' }, { wal: '/kbwal/wal' }],
  ['few inodes', { 'data-inodes': 'WARN' }, { 'fs.data.space': '400000 4096 4000 131072' }],
  ['no inodes', { 'data-inodes': 'FAIL' }, { 'fs.data.space': '400000 4096 100 131072' }],
  ['a file system without inodes', {}, { 'fs.data.space': '400000 4096 0 0' }],
  ['data on tmpfs', { 'data-filesystem': 'FAIL' }, { 'fs.data.mount': '/kbdata tmpfs tmpfs rw' }],
  ['data on nfs', { 'data-filesystem': 'WARN' }, { 'fs.data.mount': '/kbdata nas:/x nfs4 rw' }],
  ['a disk gone read-only', { 'mounts-writable': 'FAIL' }, { 'fs.data.mount': '/kbdata /dev/loop1 ext4 ro,relatime' }],
  ['a link to the data', { 'data-links': 'WARN' }, { 'data.real': '/mnt/other/data' }],
  ['data on the mount point itself', { 'data-mount-point': 'WARN' }, { 'data.mountpoint': 'yes' }],
  ['a full prefix', { 'prefix-space': 'FAIL' }, { 'fs.prefix.space': '10 4096 100000 131072' }],
  ['a prefix without exec', { 'prefix-executable': 'FAIL' }, { 'fs.prefix.mount': '/ /dev/vda ext4 rw,noexec' }],
  ['archive and data on one device', { 'archive-device': 'WARN' }, { 'fs.archive.device': '1793' }],
  ['an archive that is thrown away', {}, { 'fs.archive.device': '1793' }, { archivesToDirectory: false }],
  ['little memory', { 'memory-available': 'FAIL' }, mem('MemAvailable', '500000 kB')],
  [
    'a meminfo without swap',
    { 'swap-used': 'ERROR' },
    { 'mem.info': (GOOD['mem.info'] as string).replace('SwapTotal', 'Other') },
  ],
  ['large shared_buffers', { 'shared-buffers': 'WARN' }, {}, { sharedBuffersMiB: 4000 }],
  ['too large shared_buffers', { 'shared-buffers': 'FAIL' }, {}, { sharedBuffersMiB: 7000 }],
  ['a host in swap', { 'swap-used': 'WARN' }, mem('SwapFree', '100 kB')],
  ['no swap', {}, mem('SwapTotal', '0 kB')],
  ['too few huge pages', { 'huge-pages': 'FAIL' }, {}, { hugePages: 'on' }],
  ['transparent huge pages', { 'transparent-huge-pages': 'WARN' }, { 'mem.thp': '[always] madvise never' }],
  ['no transparent huge pages', {}, { 'mem.thp': '' }],
  [
    'tight overcommit',
    { overcommit: 'WARN' },
    { 'sysctl.vm.overcommit_memory': '2', ...mem('Committed_AS', '3900000 kB') },
  ],
  ['few semaphores', { 'kernel-semaphores': 'WARN' }, { 'sysctl.kernel.sem': '32000 1024000000 500 32000' }],
  ['few semaphores that we raise', {}, { 'sysctl.kernel.sem': '250 32000 32 128' }, { applySysctl: true }],
  ['low kernel settings', { 'kernel-settings': 'WARN' }, { 'sysctl.fs.file-max': '1000' }],
  ['low kernel settings that we raise', {}, { 'sysctl.fs.file-max': '1000' }, { applySysctl: true }],
  ['a kernel setting that a container hides', {}, { 'sysctl.fs.aio-max-nr': { error: 'not readable' } }],
  ['little shared memory', { 'shared-memory': 'FAIL' }, { 'sysctl.kernel.shmmax': '33554432' }],
  ['RemoveIPC by default', {}, { 'logind.files': '' }],
  ['RemoveIPC=yes in the main file', {}, { 'logind.files': '/etc/systemd/logind.conf:RemoveIPC=yes' }],
  [
    'RemoveIPC=yes behind our drop-in',
    { 'remove-ipc': 'WARN' },
    { 'logind.files': '/etc/systemd/logind.conf.d/99-x.conf:RemoveIPC=yes' },
  ],
  ['a clock ahead', { 'clock-offset': 'FAIL' }, {}, {}, { clockOffsetSeconds: 30 }],
  ['a clock behind', { 'clock-offset': 'FAIL' }, {}, {}, { clockOffsetSeconds: -2.5 }],
  ['a clock that was not asked', { 'clock-offset': 'ERROR' }, {}, {}, { clockOffsetSeconds: undefined }],
  ['a clock without NTP', { 'clock-synchronised': 'WARN' }, { 'time.ntp': 'none' }],
  ['an unknown state of NTP', { 'clock-synchronised': 'ERROR' }, { 'time.ntp': { error: 'exit code 124' } }],
  [
    'cron stopped',
    { 'cron-running': 'FAIL' },
    { 'cron.service': 'Id=crond.service\nLoadState=loaded\nActiveState=inactive\nTasksMax=infinity' },
  ],
  [
    'no cron',
    { 'cron-running': 'FAIL', 'cron-tasks': 'WARN' },
    { 'cron.service': 'Id=cron.service\nLoadState=not-found' },
  ],
  [
    'few tasks for cron',
    { 'cron-tasks': 'WARN' },
    { 'cron.service': 'Id=cron.service\nLoadState=loaded\nActiveState=active\nTasksMax=4915' },
  ],
  ['an OS user that cron.allow leaves out', { 'cron-allowed': 'WARN' }, { 'cron.allow': 'root' }],
  ['an OS user that cron.deny names', { 'cron-allowed': 'FAIL' }, { 'cron.deny': 'kingbase' }, { cronForm: 'crontab' }],
  [
    'a kbha line of another prefix',
    { 'cron-lines': 'FAIL' },
    { 'cron.system': '/etc/cron.d/KINGBASECRON:* * * * * kb /opt/x/kbha -A daemon' },
  ],
  [
    'a kbha line of this prefix that we did not write',
    { 'cron-lines': 'FAIL' },
    { 'cron.system': `/etc/cron.d/KINGBASECRON:${LINE}` },
  ],
  ['our kbha line', {}, { ...OURS, 'data.state': 'present base', 'cron.system': `/etc/cron.d/KINGBASECRON:${LINE}` }],
  [
    'our kbha line twice',
    { 'cron-lines': 'FAIL' },
    {
      ...OURS,
      'data.state': 'present base',
      'cron.system': `/etc/cron.d/KINGBASECRON:${LINE}`,
      'cron.user': LINE.replace('kingbase  ', ' '),
    },
  ],
  [
    'our kbha line in the wrong table',
    { 'cron-lines': 'FAIL' },
    { ...OURS, 'data.state': 'present base', 'cron.system': `/etc/cron.d/KINGBASECRON:${LINE}` },
    { cronForm: 'crontab' },
  ],
  [
    'our kbha line paused',
    { 'cron-lines': 'WARN' },
    { ...OURS, 'data.state': 'present base', 'cron.system': `/etc/cron.d/KINGBASECRON:#${LINE}` },
  ],
  [
    'a unit that starts a database',
    { 'no-autostart-unit': 'WARN' },
    { 'units.list': 'kingbased.service enabled enabled' },
  ],
  ['no prefix', { 'programs-complete': 'FAIL' }, { 'prefix.missing': undefined, 'prefix.version': undefined }],
  ['a program missing', { 'programs-complete': 'FAIL' }, { 'prefix.missing': 'kbha repmgr' }],
  ['an initdb without --pwfile', { 'initdb-password-file': 'FAIL' }, { 'initdb.pwfile': 'no' }],
  ['an initdb that does not say', { 'initdb-password-file': 'WARN' }, { 'initdb.pwfile': 'unknown' }],
  ['another version', { 'programs-version': 'WARN' }, { 'prefix.version': 'KingbaseES V009R001C010' }],
  ['a build without version', { 'programs-version': 'WARN' }, { 'prefix.version': 'kingbase 12.1' }],
  [
    'a server program that does not start',
    { 'programs-version': 'ERROR' },
    { 'prefix.version': { error: 'exit code 127: libssl' } },
  ],
  [
    'zip media and no unzip',
    { 'media-unpackable': 'FAIL' },
    { 'sys.unpackers': '' },
    { install: MEDIA },
    { licenseText: 'expires=never' },
  ],
  ['zip media and unzip', {}, {}, { install: MEDIA }, { licenseText: '有效期至: 永久' }],
  ['a licence path that cannot be read', { license: 'FAIL' }, {}, { install: MEDIA }],
  ['an expired licence', { license: 'FAIL' }, { 'license.text': 'expires=2026-11-01' }],
  ['a licence that ends soon', { license: 'FAIL' }, { 'license.text': 'valid until 2026/12/01' }],
  ['a licence without a date', { license: 'WARN' }, { 'license.text': 'AF03…' }],
  ['no licence', { license: 'FAIL' }, { 'license.path': '' }],
  [
    'no licence where one comes along',
    { license: 'WARN' },
    { 'license.path': '' },
    { install: { ...MEDIA, license: undefined, licenseRequired: false } },
  ],
  [
    'a repmgr.conf of somebody',
    { 'no-other-cluster': 'FAIL' },
    { 'repmgr.conf': "node_id=1\nnode_name='db1'\ndata_directory='/x'" },
  ],
  ['our repmgr.conf', {}, { 'repmgr.conf': "# pulumi-kingbase\nnode_name='node1'\ndata_directory='/kbdata/data'" }],
  [
    'a server of this prefix that is not ours',
    { 'no-other-server': 'FAIL' },
    { processes: `1 kingbase   ${BIN}/kingbase -D /kbdata/data` },
  ],
  ['another server', { 'no-other-server': 'WARN' }, { processes: '1 kb /opt/Kingbase/ES/V8/bin/kingbase -D /opt/x' }],
  [
    'our server',
    {},
    { ...OURS, 'data.state': 'present base', processes: `1 kingbase ${BIN}/kingbase -D /kbdata/data` },
  ],
];

describe('preflight', () => {
  it('passes a good host without a word', () => {
    expect(differing({})).toEqual([]);
    expect(
      differing({}, { ...SCMD, wal: '/kbwal/wal', install: MEDIA }, { licenseText: 'expires=2030-01-01' }),
    ).toEqual([]);
  });

  it.each(rows)('judges %s', (_, expected, changes, request, runner) => {
    expect(verdicts(differing(changes, request, runner))).toEqual(expected);
  });

  it('has a row for each check of a node that makes it fail or warn', () => {
    const flipped = new Set(rows.flatMap(([, expected]) => Object.keys(expected)));
    expect(nodeChecks.map((check) => check.id).filter((id) => !flipped.has(id))).toEqual([]);
  });

  it('says what was found, what was wanted and what to do, whenever it does not pass', () => {
    for (const [, , changes, request, runner] of rows) {
      for (const result of differing(changes, request, runner)) {
        expect(result.found).not.toMatch(/undefined|NaN|^$/);
        expect(result.wanted).not.toMatch(/undefined|NaN|^$/);
        expect(result.hint).toMatch(/^[A-Z].*[.;)?]$/s);
      }
    }
  });

  it('turns every fact that is missing into an error, never into a pass', () => {
    for (const name of Object.keys(GOOD).filter((fact) => fact !== 'end')) {
      const before = evaluate([makeEvidence({}, { ...SCMD, wal: '/kbwal/wal' })]).results;
      const after = evaluate([
        makeEvidence({ [name]: { error: 'permission denied' } }, { ...SCMD, wal: '/kbwal/wal' }),
      ]).results;
      const uses = after.filter((result, index) => JSON.stringify(result) !== JSON.stringify(before[index]));
      for (const result of uses.filter((each) => each.verdict === 'PASS')) {
        // Facts that only say more about something that is proved otherwise.
        expect([name, result.id]).toEqual([
          expect.stringMatching(/^(user\.passwd|sysctl\.(fs|net)\..*|prefix\.version|ssh\.effective)$/),
          result.id,
        ]);
      }
    }
  });

  it('asks nothing about a database of a repository node', () => {
    const ids = evaluate([makeEvidence({}, { role: 'repository' })]).results.map((result) => result.id);
    expect(ids).not.toEqual(expect.arrayContaining(['data-directory']));
    expect(ids).not.toContain('database-port-free');
    expect(ids).toContain('root-access');
  });

  it('says of a database without a note that it may be the newest data of this cluster, and gives no command that moves it', () => {
    const judge = (facts: FactChanges, request: Partial<PreflightRequest> = {}) =>
      evaluate([makeEvidence(facts, request)]).results.find((result) => result.id === 'data-directory');
    const kept = { 'data.state': 'present base global', 'data.database': 'yes' };
    const { data, state, bin } = makeRequest();
    const plain = judge(kept);
    expect(plain).toMatchObject({
      verdict: 'FAIL',
      found: `${data} holds a database, and no note of ours on this host (${state}) says whose`,
    });
    expect(plain?.hint).toContain(`${bin}/sys_controldata -D ${data}`);
    expect(plain?.hint).toContain(`While there is no primary, rename nothing`);
    expect(plain?.hint).not.toContain('mv ');
    const apart = judge({ ...kept, 'wal.state': 'present 0001' }, { wal: '/kbwal/wal' });
    expect(apart?.found).toContain(`; /kbwal/wal may hold the WAL of the database in ${data}`);
    expect(apart?.hint).toContain(`rename ${data} and /kbwal/wal and keep`);
    expect(judge({ 'data.state': 'present notes.txt' })?.hint).toContain(`mv ${data} ${data}.old`);
  });

  it('has at least forty checks with ids of their own', () => {
    expect(checkIds.length).toBeGreaterThanOrEqual(40);
    expect(new Set(checkIds).size).toBe(checkIds.length);
    expect(checkIds.every((id) => /^[a-z]+(-[a-z]+)*$/.test(id))).toBe(true);
  });
});
