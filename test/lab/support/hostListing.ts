// Everything a deployment could change on a host, as one list: files with size, time, owner and mode, and the units that run. Two lists
// that are the same mean that nothing was changed.
import type { Lab } from '../../../lab/lab';

/** Where the product writes, and where a careless one would. */
const PLACES = '/etc /home /opt /usr/local /var/lib /var/spool/cron /kbdata /kbwal /kbrepo /root';
/** What the system itself writes while nothing is done: its random seed, its services' state. No timer runs in a node (lab/image/build.sh). */
const NOISE = '^/var/lib/(systemd|dbus|private)[/ ]|/[.]?lost[+]found';

const LIST = `
places=; for place in ${PLACES}; do [ -e "$place" ] && places="$places $place"; done
find $places -xdev -printf '%p %y %m %u:%g %s %T@ %l\\n' | grep -Ev '${NOISE}' | sort
systemctl list-units --plain --no-legend --state=running,exited --type=service,timer,socket |
  awk '{ print "unit " $1 " " $4 }' | grep -Ev 'user@|user-runtime-dir@|systemd-(hostnamed|timedated|localed)' | sort
getent passwd | sort
getent group | sort
`;

export async function listHosts(lab: Lab): Promise<Readonly<Record<string, readonly string[]>>> {
  const lists = await Promise.all(
    lab.nodes().map(async (node) => {
      const { stdout } = await node.script(LIST, { label: `list ${node.name}`, timeoutMs: 240_000 });
      return [node.name, stdout.split('\n')] as const;
    }),
  );
  return Object.fromEntries(lists);
}

/** Lines that only one of two lists has, per host: empty where nothing was changed. */
export function changedOnHosts(
  before: Readonly<Record<string, readonly string[]>>,
  after: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return Object.keys(before).flatMap((host) => {
    const [old, now] = [new Set(before[host]), new Set(after[host])];
    const gone = [...old].filter((line) => !now.has(line)).map((line) => `${host} - ${line}`);
    const come = [...now].filter((line) => !old.has(line)).map((line) => `${host} + ${line}`);
    return [...gone, ...come];
  });
}
