/** The list of files of a backup is gone; its copy may be there. */
import { hostsOf, valuesAbout } from '../looking';
import type { FaultRule } from '../types';

export const manifestMissing: FaultRule = {
  id: 'backup/manifest-missing',
  title: 'the list of files of a backup is missing: it cannot be restored, and the next backup forgets it',
  severity: 'fault',
  reference: 'backup guide, FAQ: rename backup.manifest.copy',
  texts: [/unable to open missing file '[^']*backup\.manifest'/, /missing manifest removed from backup\.info/],
  look: (evidence) =>
    hostsOf(evidence).flatMap(({ name, machine }) =>
      (machine?.missingManifests ?? []).map((path) => ({ node: name, found: `${path} is not there`, about: { path } })),
    ),
  cure: (context, sightings) => {
    const paths = valuesAbout(sightings, 'path');
    return paths.length === 0
      ? [
          {
            text: 'In the directory of that backup, copy backup.manifest.copy to backup.manifest, before the next backup runs.',
          },
        ]
      : paths.map((path) => ({
          text: 'Put its copy in its place, before the next backup runs.',
          on: context.host,
          command: `runuser -u ${context.user} -- cp -p ${path}.copy ${path}`,
        }));
  },
};
