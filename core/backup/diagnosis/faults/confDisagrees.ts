/** The file on a database node speaks of another repository than the repository's own. */
import { confKeys } from '../confKeys';
import { up } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

export const confDisagrees: FaultRule = {
  id: 'backup/conf-disagrees',
  title: 'sys_rman.conf of a node and of the repository disagree',
  severity: 'fault',
  reference: 'backup guide: repo1-host, repo1-path and the name of the stanza',
  texts: [/\[(031|037)\]: /, /option '[^']*' (not allowed|is invalid|required)/],
  look: lookAt,
  cure: () => [up('It writes sys_rman.conf on every node again from what is declared.')],
};

function lookAt(evidence: BackupEvidence): Sighting[] {
  const { stanza, repositories } = evidence.backup;
  const path = repositories[0]?.path;
  const addresses = new Set(evidence.nodes.filter(({ runsBackups }) => runsBackups).map(({ target }) => target.host));
  return evidence.nodes.flatMap(({ name, machine }) => {
    const keys = confKeys(machine?.conf ?? null);
    if (keys.length === 0) return [];
    const wrong = keys.flatMap(({ place, key, value }): Sighting[] => {
      if (key === 'repo1-path' && path !== undefined && value !== path) {
        return [{ node: name, found: `${place}: repo1-path=${value}; declared: ${path}` }];
      }
      return key === 'repo1-host' && !addresses.has(value)
        ? [{ node: name, found: `${place}: repo1-host=${value}; the backups run on ${[...addresses].join(', ')}` }]
        : [];
    });
    const named = keys.some(({ section }) => section === stanza);
    return named
      ? wrong
      : [...wrong, { node: name, found: `${machine?.conf?.path ?? ''}: has no section [${stanza}]` }];
  });
}
