// sys_rman.conf: what its manual lists (facts 8.5) beyond what backup.* writes, and what upstream knows besides.
import { choice, count, forbidden, owned, tableOf, text } from './rows';
import type { Parameter, ParameterTable } from './types';

const D = { source: 'D sys_rman manual, V9' } as const;
const U = { source: 'U pgBackRest 2.27' } as const;

const yesNo = (name: string, fallback: 'y' | 'n', description: string, extra: Partial<Parameter> = D): Parameter =>
  choice(name, ['y', 'n'], fallback, description, extra);

const LEVELS = ['off', 'error', 'warn', 'info', 'detail', 'debug', 'trace'];
const SIZES = ['16KiB', '32KiB', '64KiB', '128KiB', '256KiB', '512KiB', '1MiB', '2MiB', '4MiB', '8MiB', '16MiB'];

const free: readonly Parameter[] = [
  choice('buffer-size', SIZES, '1MiB', 'Buffer of each process for files and the wire.', D),
  yesNo('archive-header-check', 'y', 'Look at the header of each WAL segment: is it of this database.'),
  yesNo('backup-standby', 'n', 'Copy most files from a standby; the primary is only asked to begin and to end.'),
  yesNo('checksum-page', 'y', 'Verify the checksum of each page while it is copied, where pages have them.', {
    ...D,
    refused: {
      values: ['n'],
      reason: 'a damaged page would go into every backup unnoticed',
      alternative: 'leave it out; a backup with bad pages is made all the same, and named',
    },
  }),
  yesNo('expire-auto', 'y', 'Remove what retention no longer asks for after each backup; with n by hand only.'),
  yesNo('sck-keep-alive', 'y', 'Keep-alive messages on the connections between hosts.', {
    ...D,
    refused: {
      values: ['n'],
      reason: 'a firewall would cut idle sessions of a long backup',
      alternative: 'leave it out; backup.resources.tcpKeepAlive says how often',
    },
  }),
  count('compress-level-network', '3', [0, 9], 'Compression between hosts where compress-type is none.', U),
  choice('log-level-stderr', LEVELS, 'warn', 'Least level on standard error.', U),
  yesNo('log-timestamp', 'y', 'Times in the log.', U),
  yesNo('resume', 'y', 'Go on with a backup that was cut off, where that is possible.', U),
  yesNo('stop-auto', 'n', 'End a backup of the server that was cut off (upstream: up to 9.5 only).', U),
];

const by = (name: string, field: string): Parameter =>
  owned(text(name, '', ''), field, 'it follows from another field');

const ownedKeys: readonly Parameter[] = [
  by('process-max', 'backup.resources.processMax'),
  by('compress-type', 'backup.resources.compress'),
  by('compress-level', 'backup.resources.compressLevel'),
  by('band-width', 'backup.resources.bandwidthMBs'),
  by('non-archived-space', 'backup.resources.nonArchivedSpaceMiB'),
  by('archive-async', 'backup.resources.archiveAsync'),
  by('archive-timeout', 'backup.resources.archiveTimeoutSeconds'),
  by('db-timeout', 'backup.resources.databaseTimeoutSeconds'),
  by('protocol-timeout', 'backup.resources.protocolTimeoutSeconds'),
  by('io-timeout', 'backup.resources.ioTimeoutSeconds'),
  by('tcp-keep-alive-count', 'backup.resources.tcpKeepAlive.count'),
  by('tcp-keep-alive-idle', 'backup.resources.tcpKeepAlive.idleSeconds'),
  by('tcp-keep-alive-interval', 'backup.resources.tcpKeepAlive.intervalSeconds'),
  by('repo-disk-warn', 'backup.resources.diskWarnMiB'),
  by('repo-disk-error', 'backup.resources.diskErrorMiB'),
  by('start-fast', 'backup.resources.startFast'),
  by('backup-from', 'backup.repository'),
  by('cmd-ssh', 'remoteChannel'),
  by('log-path', 'directories.prefix'),
  by('repo1-path', 'backup.path'),
  by('repo1-retention-full', 'backup.retention'),
  by('repo1-cipher-type', 'backup.encryption'),
  by('repo1-cipher-pass', 'the secret kingbase:backupSecrets.passphrase'),
  by('repo1-type', 'backup.s3'),
  by('stanza', 'backup.stanza'),
  ...['archive-statistics', 'archive-mode-check', 'link-all', 'log-level-file', 'log-level-console'].map((name) =>
    owned(text(name, '', ''), 'nothing', 'it has the value that our programs rest on'),
  ),
  ...['log-subprocess', 'lock-path', 'spool-path', 'archive-copy'].map((name) =>
    owned(text(name, '', ''), 'nothing', 'our jobs, drills and diagnosis rest on it'),
  ),
];

const refusedKeys: readonly Parameter[] = [
  forbidden(
    yesNo('archive-check', 'y', ''),
    'with n a backup is called good before its WAL is archived, and cannot be restored without it',
    'leave it out',
  ),
  forbidden(
    text('archive-push-queue-max', '', '', U),
    'over that size WAL is thrown away: no point after it can be restored',
    'give the WAL volume room: directories.walVolumeMiB',
  ),
  forbidden(yesNo('delta', 'n', ''), 'a restore would write over an existing directory', 'leave it out'),
  forbidden(yesNo('force', 'n', ''), 'it passes over the checks of sys_rman', 'leave it out'),
];

export const sysRmanParameters: ParameterTable = tableOf(free, ownedKeys, refusedKeys);

/** Names nearby, and what stands for them here. */
export const sysRmanElsewhere: Readonly<Record<string, string>> = {
  'pg1-path': 'Kingbase calls it kb1-path, and it follows from directories.data',
  'kb1-path': 'it follows from directories.data',
  'retention-full': 'it is backup.retention',
};
