/** kbN-path is another directory than the server runs on. */
import { checkAgain, up } from '../looking';
import { confKeys } from '../confKeys';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

export const dataPath: FaultRule = {
  id: 'backup/data-path',
  title: 'sys_rman.conf names another data directory than the server runs on',
  severity: 'fault',
  reference: 'backup guide, FAQ: [058]; start the server with an absolute -D',
  texts: [/version '[^']*' and path '[^']*' queried from cluster do not match/, /\[058\]/],
  look: lookAt,
  cure: (context, sightings) => [
    sightings.some(({ about }) => about !== undefined)
      ? up('It writes sys_rman.conf again from what is declared.')
      : { text: 'Start the server with an absolute -D; compare kbN-path in sys_rman.conf with SHOW data_directory.' },
    checkAgain(context),
  ],
};

function lookAt({ nodes }: BackupEvidence): Sighting[] {
  const declared = new Set(nodes.flatMap(({ target }) => (target.role === 'database' ? [target.data] : [])));
  return nodes.flatMap(({ name, machine }) =>
    confKeys(machine?.conf ?? null)
      .filter(({ key, value }) => /^kb\d+-path$/.test(key) && !declared.has(value))
      .map(({ place, key, value }) => ({
        node: name,
        found: `${place}: ${key}=${value}; the server runs on ${[...declared].join(', ')}`,
        about: { value },
      })),
  );
}
