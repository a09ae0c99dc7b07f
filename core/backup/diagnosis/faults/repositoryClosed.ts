/** The repository is missing, not mounted, or closed to the OS user. */
import { checkAgain, hostsOf } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

export const repositoryClosed: FaultRule = {
  id: 'backup/repository-access',
  title: 'the repository is not there, or its OS user may not write to it',
  severity: 'fault',
  reference: 'backup guide: repo-path is NOT accessible to current user',
  texts: [
    /repo-path \[[^\]]*\] is NOT accessible/,
    /can not access the repo-path ?\[/,
    /unable to (open|create|list|remove|write|get) .*(Permission denied|Read-only file system)/,
  ],
  look: (evidence) =>
    hostsOf(evidence).flatMap(({ name, machine }) => lookAt(name, machine?.repositories ?? [], evidence)),
  cure: (context, sightings) => {
    const isMissing = sightings.some(({ about }) => about?.['state'] === 'missing');
    return [
      isMissing
        ? {
            text: `Mount the volume of ${context.repository} (\`findmnt\`, /etc/fstab). Make no new directory in its place: the backups are on the volume.`,
          }
        : {
            text: `Give the repository back to ${context.user}.`,
            on: context.host,
            command: `chown -R ${context.user}: ${context.repository} && chmod -R u+rwX ${context.repository}`,
          },
      checkAgain(context),
    ];
  },
};

type Places = NonNullable<BackupEvidence['nodes'][number]['machine']>['repositories'];

function lookAt(node: string, places: Places, { backup }: BackupEvidence): Sighting[] {
  return places.flatMap(({ path, exists, owner, mode, writable, closed, mount }): Sighting[] => {
    if (!exists) {
      return [{ node, found: `${path} is not there (mount: ${mount || 'none'})`, about: { state: 'missing' } }];
    }
    if (writable) return [];
    const which = closed.length === 0 ? path : closed.join(', ');
    return [
      { node, found: `${which} is closed to the OS user; ${path} is ${owner} ${mode} (stanza ${backup.stanza})` },
    ];
  });
}
