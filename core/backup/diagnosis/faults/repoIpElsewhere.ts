/** _repo_ip of sys_backup.conf is no address of the host it lies on: the first fault of the guide. */
import { asUser } from '../looking';
import type { BackupEvidence, FaultRule, NodeEvidence, Sighting } from '../types';

export const repoIpElsewhere: FaultRule = {
  id: 'backup/repo-ip',
  title: '_repo_ip names an address that is not on this host',
  severity: 'fault',
  reference: 'backup guide, sys_backup.conf: the first _repo_ip is the local host',
  texts: [/repo_ip must located in local/],
  look: (evidence) => evidence.nodes.filter(({ runsBackups }) => runsBackups).flatMap((node) => lookAt(evidence, node)),
  cure: (context, sightings) => {
    const wanted = sightings.find(({ about }) => about?.['right'] !== undefined)?.about;
    return wanted === undefined
      ? [
          {
            text: `Run sys_backup.sh on the REPO host, and let _repo_ip in its sys_backup.conf (bin/, then share/) be an address that \`ip addr list\` shows there.`,
          },
        ]
      : [
          {
            text: 'Name an address of this host as _repo_ip.',
            on: context.host,
            command: `sed -i 's/^_repo_ip=.*/_repo_ip="${wanted['right']}"/' ${wanted['file']}`,
          },
          {
            text: 'See that it is on this host.',
            on: context.host,
            command: asUser(context, `ip addr list | grep -- " ${wanted['right']}/"`),
          },
        ];
  },
};

function lookAt({ backup }: BackupEvidence, { name, machine, target }: NodeEvidence): Sighting[] {
  const conf = machine?.vendorConf ?? null;
  if (machine === undefined || conf === null) return [];
  const lines = conf.text.split('\n');
  const at = lines.findLastIndex((line) => /^\s*_repo_ip\s*=/.test(line));
  const named =
    /=\s*["']?([^"'#]*)/
      .exec(lines[at] ?? '')?.[1]
      ?.trim()
      .split(/\s+/) ?? [];
  const [first] = named;
  const own = new Set([...machine.addresses.map((address) => address.replace(/\/.*/, '')), target.host]);
  if (at < 0 || first === undefined || first === '' || own.has(first)) return [];
  const right = [target.host, ...named.slice(1)].join(' ');
  return [
    {
      node: name,
      found: `${conf.path}:${at + 1}: _repo_ip is ${first}; this host has ${machine.addresses.join(', ')} (stanza ${backup.stanza})`,
      about: { right, file: conf.path },
    },
  ];
}
