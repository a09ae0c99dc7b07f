// archive_command archives something, and sys_rman in it knows where.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

const NO_OP = /^(exit 0|:|true|\/(usr\/)?bin\/true|cd \.|echo\b.*)$/;

function whatIsWrong(command: string): string | undefined {
  if (command === '') return 'is empty: segments pile up in the WAL directory until the disk is full';
  if (NO_OP.test(command)) return `is \`${command}\`, which throws each segment away`;
  if (!command.includes('%p')) return `is \`${command}\`, which never names the segment (%p)`;
  if (/\bsys_rman\b/.test(command) && !(command.includes('--config') && command.includes('--stanza'))) {
    return 'calls sys_rman without --config and --stanza, which the archiver’s environment does not provide';
  }
  if (!/\bsys_rman\b/.test(command)) return undefined;
  if (!/\barchive-push\b/.test(command)) return 'calls sys_rman, but not its archive-push';
  return /(^|[\s;])sys_rman\b/.test(command)
    ? 'calls sys_rman by its name only: the PATH of the archiver need not lead there'
    : undefined;
}

export const requireArchiveCommand = defineRule({
  subject: 'server',
  id: 'kingbase-server-require-archive-command',
  title: 'archive_command archives each segment',
  group: 'backup',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom: 'A command that succeeds without copying anything looks healthy for months; the restore finds nothing.',
  evidence: 'D backup guide, F field guide: a leftover `exit 0` wins over the real command',
  hint: 'Declare backup, from which the command follows, or give archive.to or archive.command; a call of sys_rman needs --config and --stanza, and every command %p.',
  judge: ({ role, path, settings }) => {
    if (role !== 'database') return [];
    const command = (renderedSetting(settings, 'archive_command') ?? '').trim();
    const wrong = whatIsWrong(command);
    return wrong === undefined ? [] : [{ path, message: `archive_command ${wrong}` }];
  },
});
