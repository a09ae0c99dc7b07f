/** es_rep.conf has another archive_command than declared. */
import { DISABLED, checkAgain, placeOf, settingOf, up } from '../looking';
import type { BackupEvidence, FaultRule, NodeEvidence, Sighting } from '../types';

export const archiveCommandWrong: FaultRule = {
  id: 'backup/archive-command',
  title: 'archive_command is not the one that reaches the repository',
  severity: 'fault',
  reference: 'backup guide: archive_command = sys_rman --config … --stanza=… archive-push %p, the same on every node',
  texts: [
    /archive_command .*(must contain|is not set)/,
    /\[068\]/,
    /unable to open missing file '[^']*sys_rman[^']*\.conf'/,
  ],
  look: (evidence) => evidence.nodes.flatMap((node) => lookAt(evidence, node)),
  cure: (context) => [
    up('The declared command is written into es_rep.conf of every node and reloaded.'),
    checkAgain(context),
  ],
};

function lookAt({ backup }: BackupEvidence, node: NodeEvidence): Sighting[] {
  const row = settingOf(node, 'archive_command');
  if (row === undefined || row.value === DISABLED || row.value === backup.archive.command) return [];
  if (row.file !== '' && !row.file.endsWith('/es_rep.conf')) return [];
  const given = row.value === '' ? 'nothing' : `'${row.value}'`;
  return [
    { node: node.name, found: `${placeOf(row)}: archive_command is ${given}; declared: '${backup.archive.command}'` },
  ];
}
