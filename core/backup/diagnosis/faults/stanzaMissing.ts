/** The repository holds nothing of the stanza. */
import { cataloguesOf } from '../looking';
import type { FaultRule } from '../types';

const ABSENT = [1, 3];

export const stanzaMissing: FaultRule = {
  id: 'backup/stanza-missing',
  title: 'the repository holds no stanza of this cluster',
  severity: 'fault',
  reference: 'backup guide: stanza-create; info: missing stanza path',
  texts: [
    /missing stanza (path|data)/,
    /unable to load info file '[^']*\.info'/,
    /(archive|backup)\.info (does not exist|cannot be opened)/,
  ],
  look: (evidence) =>
    cataloguesOf(evidence)
      .filter(({ catalogue }) => ABSENT.includes(catalogue.statusCode))
      .map(({ node, catalogue }) => ({
        node: node.name,
        found: `sys_rman info: ${catalogue.statusMessage} (code ${catalogue.statusCode})`,
      })),
  cure: ({ repository, host, stanza }) => [
    {
      text: 'See whether the volume is the right one, and whether somebody moved the directories.',
      on: host,
      command: `findmnt -T ${repository}; ls -la ${repository} ${repository}/archive ${repository}/backup || true`,
    },
    {
      text: `If they were moved, move ${repository}/archive/${stanza} and ${repository}/backup/${stanza} back: the backups are in them. Only if they are lost: \`pulumi up --replace\` with the URN of the resource <cluster>-backup makes the stanza anew, with a full backup.`,
    },
  ],
};
