/** Where everything of a node lies: the vendor's layout below the prefix, our own files outside of it. */
import type { ClusterSpec } from '../spec/types';
import type { NodePaths } from './types';

/** Programs of ours that live on a node and belong to no cluster directory. */
export const LIBRARY_DIRECTORY = '/usr/local/lib/pulumi-kingbase';
export const STATE_DIRECTORY = '/var/lib/pulumi-kingbase';

export function planPaths(spec: ClusterSpec): NodePaths {
  const { prefix } = spec.directories;
  const { home } = spec.os;
  const etc = `${prefix}/etc`;
  const log = `${prefix}/log`;
  const tools = spec.virtualIp?.privilege === 'existing' ? '/sbin' : `${LIBRARY_DIRECTORY}/bin`;
  return {
    prefix,
    bin: `${prefix}/bin`,
    etc,
    log,
    archive: `${prefix}/archive`,
    spool: `${prefix}/spool`,
    data: spec.directories.data,
    wal: spec.directories.wal,
    repmgrConf: `${etc}/repmgr.conf`,
    repmgrdLog: `${log}/hamgr.log`,
    kbhaLog: `${log}/kbha.log`,
    kbhaPid: `${etc}/kbha.pid`,
    repmgrdPid: `${etc}/hamgrd.pid`,
    serverLog: `${prefix}/logfile`,
    home,
    passwordFile: `${home}/.kbpass`,
    ipPath: `${tools}/ip`,
    arpingPath: `${tools}/arping`,
    state: `${STATE_DIRECTORY}/${spec.name}`,
    ssh: {
      directory: `${home}/.ssh`,
      config: `${home}/.ssh/config`,
      knownHosts: `${home}/.ssh/known_hosts_pulumi_kingbase`,
      authorizedKeys: `${home}/.ssh/authorized_keys`,
      identity: `${home}/.ssh/id_ed25519_pulumi_kingbase`,
    },
  };
}
