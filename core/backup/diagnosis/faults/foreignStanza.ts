/** The stanza is of another database. */
import { cataloguesOf } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

export const foreignStanza: FaultRule = {
  id: 'backup/foreign-stanza',
  title: 'the stanza belongs to another database',
  severity: 'fault',
  reference: 'backup guide: one stanza, one database; system identifier',
  texts: [
    /\[(044|051)\]/,
    /backup and archive info files exist but do not match the database/,
    /system-id (\d+|'[^']*') .*do(es)? not match/i,
  ],
  look: lookAt,
  cure: ({ repository, stanza }) => [
    {
      text: `Find out which database stanza ${stanza} in ${repository} is of, and whether its backups are needed. Give this cluster another backup.stanza or backup.path and run \`pulumi up\`. Never run stanza-delete or stanza-upgrade to make the message go away.`,
    },
  ],
};

function lookAt(evidence: BackupEvidence): Sighting[] {
  const own = new Set(
    evidence.nodes.flatMap(({ systemIdentifier }) => (systemIdentifier === undefined ? [] : [systemIdentifier])),
  );
  if (own.size === 0) return [];
  return cataloguesOf(evidence).flatMap(({ node, catalogue }): Sighting[] => {
    const newest = catalogue.databases.at(-1)?.systemIdentifier;
    return newest === undefined || own.has(newest)
      ? []
      : [{ node: node.name, found: `sys_rman info: system ${newest}; this cluster is system ${[...own].join(', ')}` }];
  });
}
