// An archive_command of the user's own archives something, and says where.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

export const archiveCommand: Rule = (spec, given) => {
  const { archive } = spec;
  if (archive.to !== 'command') return [];
  const command = archive.command.trim();
  const findings: Finding[] = [];
  const add = (message: string, hint: string) =>
    findings.push({ code: 'spec/archive-command', path: 'archive.command', message, hint });

  if (given.archive?.to !== undefined) {
    findings.push({
      code: 'spec/archive-command',
      path: 'archive.to',
      message: `is ${given.archive.to} while archive.command is given too`,
      hint: 'keep one of them.',
    });
  }
  if (/^(exit 0|:|true|\/(usr\/)?bin\/true|cd \.)$/.test(command)) {
    add(
      `"${command}" throws the WAL away`,
      'if that is meant, write archive: {to: discard}: it is shown in the budget and to policies.',
    );
  } else if (!command.includes('%p')) {
    add(
      'does not contain %p, the path of the segment to archive',
      'write the command as the server would run it, for example /bin/cp -f %p /archive/%f.',
    );
  }
  const stray = /%[^pfr%]/.exec(command.replace(/%%/g, ''));
  if (stray !== null)
    add(
      `has the unknown placeholder ${stray[0]}`,
      'only %p (path), %f (file name) and %r are replaced; write %% for a percent sign.',
    );
  if (/\bsys_rman\b/.test(command) && !(command.includes('--config') && command.includes('--stanza'))) {
    add(
      'calls sys_rman without --config and --stanza',
      'write both: the archiver does not have the environment in which sys_rman would find them.',
    );
  }
  return findings;
};
