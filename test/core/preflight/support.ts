/** Evidence of a host on which everything is well, and ways to spoil one thing of it. */
import { toPreflightRequest } from '../../../core/preflight/request';
import type { NodeEvidence, PreflightRequest, RunnerFacts } from '../../../core/preflight/types';
import { planCluster } from '../../../core/topology/planCluster';
import { makeSpec } from '../../support/specs';

export const NOW = Date.UTC(2026, 10, 21) / 1000;

/** null: could not be read, with this reason; undefined: not reported at all. */
export type FactChanges = Readonly<Record<string, string | { readonly error: string } | undefined>>;

export function makeRequest(changes: Partial<PreflightRequest> = {}): PreflightRequest {
  const spec = makeSpec({ failover: { trustedServers: ['10.77.0.1', '10.77.0.254'] } });
  return { ...toPreflightRequest(planCluster(spec).nodes[0]!, spec), ...changes };
}

const MOUNT = '/kbdata /dev/loop1 ext4 rw,relatime';

export const GOOD: Readonly<Record<string, string>> = {
  'sys.osRelease': 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian',
  'sys.arch': 'x86_64',
  'sys.systemd': 'yes',
  'sys.systemdVersion': '252',
  'sys.missing': '',
  'sys.arping': '/usr/bin/arping',
  'sys.unpackers': '/usr/bin/unzip',
  'sys.walUnpackers': '/usr/bin/lz4\n/usr/bin/zstd',
  'sys.hostname': 'node1',
  'sys.resolves': '10.77.0.11',
  'sys.machineId': '0123456789abcdef0123456789abcdef',
  'sys.umask': '0022',
  'sys.timezone': '+0800',
  'sys.zone': 'yes',
  'sys.locale': 'C',
  'sys.selinux': 'absent',
  'sys.login': 'ops',
  'sys.uid': '0',
  'user.passwd': 'kingbase:x:1000:1000::/home/kingbase:/bin/bash',
  'user.group': 'kingbase:x:1000:',
  'user.shadow': 'kingbase:20000:0:99999:7::',
  'user.limits': '655360\nunlimited',
  'user.ping': 'PING 127.0.0.1\n1 received',
  'user.denied': '',
  'ssh.effective':
    'pubkeyauthentication yes\nauthorizedkeysfile .ssh/authorized_keys\nusedns no\ngssapiauthentication no\nstrictmodes yes',
  'cron.service':
    'Id=cron.service\nLoadState=loaded\nActiveState=active\nTasksMax=infinity\n\nId=crond.service\nLoadState=not-found\nActiveState=inactive\nTasksMax=100',
  'backup.cluster': '',
  'cron.allow': '',
  'cron.deny': '',
  'cron.system': '',
  'cron.user': '',
  'units.list': '',
  'net.addresses':
    '2: eth0@if9    inet 10.77.0.11/24 brd 10.77.0.255 scope global eth0\\\n2: eth0    inet6 fd00::11/64 scope global',
  'net.mtu': '1500',
  'net.neighbours': '10.77.0.12 aa:aa:aa:aa:aa:12\n10.77.0.13 aa:aa:aa:aa:aa:13',
  'ping.mode': '755',
  'ping.capabilities': '/usr/bin/ping cap_net_raw=ep',
  'ping.groups': '1\t0',
  'peer.node2.ping': 'yes',
  'peer.node2.ssh': 'open',
  'peer.node2.database': 'refused',
  'peer.node3.ping': 'yes',
  'peer.node3.ssh': 'open',
  'peer.node3.database': 'refused',
  'trusted.10.77.0.1': 'yes',
  'trusted.10.77.0.254': 'yes',
  'vip.ping': 'no',
  'port.54321': '',
  'port.8890': '',
  'firewall.firewalld': 'active',
  'firewall.version': '1.3.3',
  'firewall.nft': '/usr/sbin/nft',
  'firewall.drops': 'firewalld',
  'fs.data.mount': MOUNT,
  'fs.data.space': '400000 4096 100000 131072',
  'fs.data.device': '1793',
  'fs.wal.mount': '/kbwal /dev/loop2 xfs rw',
  'fs.wal.space': '400000 4096 100000 131072',
  'fs.wal.device': '1794',
  'fs.prefix.mount': '/ /dev/vda ext4 rw',
  'fs.prefix.space': '4000000 4096 100000 131072',
  'fs.archive.device': '65024',
  'fs.tools.mount': '/ /dev/vda ext4 rw',
  'fs.tmp.mount': '/tmp tmpfs tmpfs rw,nosuid,nodev',
  'tmp.mode': '1777',
  'data.real': '/kbdata/data',
  'data.state': 'absent',
  'data.database': 'no',
  'data.mountpoint': 'no',
  'wal.real': '/kbwal/wal',
  'wal.state': 'empty',
  ledger: '',
  'repmgr.conf': '',
  'license.path': '/home/kingbase/cluster/lab/kingbase/bin/license.dat',
  'license.text': 'expires=2099-12-31',
  'user.encpwd': '',
  'initdb.pwfile': 'yes',
  'prefix.missing': '',
  'prefix.version': 'kingbase (KingbaseES) V008R006C009B0014',
  'sysctl.kernel.sem': '5010 641280 5010 256',
  'sysctl.fs.aio-max-nr': '1048576',
  'sysctl.fs.file-max': '7672460',
  'sysctl.net.core.rmem_max': '4194304',
  'sysctl.net.core.wmem_max': '4194304',
  'sysctl.net.core.somaxconn': '4096',
  'sysctl.net.ipv4.tcp_max_syn_backlog': '4096',
  'sysctl.kernel.shmmax': '18446744073692774399',
  'sysctl.kernel.shmall': '18446744073692774399',
  'sysctl.vm.overcommit_memory': '0',
  'mem.info': [
    ...['MemTotal: 8000000 kB', 'MemAvailable: 6000000 kB', 'SwapTotal: 1000000 kB', 'SwapFree: 1000000 kB'],
    ...['CommitLimit: 4000000 kB', 'Committed_AS: 1000000 kB', 'HugePages_Free: 0', 'Hugepagesize: 2048 kB'],
  ].join('\n'),
  'mem.thp': 'always [madvise] never',
  'logind.files': '/etc/systemd/logind.conf.d/60-pulumi-kingbase.conf:RemoveIPC=no',
  'time.ntp': 'chrony',
  processes: '',
  end: 'yes',
};

export function makeOutput(changes: FactChanges = {}): string {
  return Object.entries({ ...GOOD, ...changes })
    .flatMap(([name, value]) => {
      if (value === undefined) return [];
      const [sign, text] = typeof value === 'string' ? ['+', value] : ['-', value.error];
      return [`${sign}${name} ${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`];
    })
    .join('');
}

export function makeEvidence(
  changes: FactChanges = {},
  request: Partial<PreflightRequest> = {},
  runner: Partial<RunnerFacts> = {},
): NodeEvidence {
  return {
    request: makeRequest(request),
    runner: { nowEpochSeconds: NOW, clockOffsetSeconds: 0, ...runner },
    output: makeOutput(changes),
  };
}
