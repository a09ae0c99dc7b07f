// Finds the processes of a cluster on a node the way an operator does: by pid file, then by the process list.
import { KingbaseError } from '../../core/finding';
import type { Lab, LabNode } from '../lab';

export type Daemon = 'database' | 'repmgrd' | 'kbha';

/** A pid file may be stale: the process must be there and belong to the database's user. */
const FIND = `
ours() { [ -n "\${1:-}" ] && [ -e "/proc/$1" ] && [ "$(stat -c %U "/proc/$1")" = kingbase ]; }
first_line() { [ -r "$1" ] && head -n 1 "$1" | tr -dc '0-9' || true; }
find_daemon() {
  case "$1" in
    database) set -- "$data/kingbase.pid" "$data/postmaster.pid" ;;
    repmgrd) set -- "$prefix/etc/hamgrd.pid" /tmp/repmgrd.pid ;;
    kbha) set -- "$prefix/etc/kbha.pid" ;;
  esac
  for file in "$@"; do
    pid=$(first_line "$file")
    if ours "$pid"; then echo "$pid"; return; fi
  done
}
`;
const BY_NAME: Readonly<Record<Daemon, string>> = {
  database: `pgrep -u kingbase -o -f '^[^ ]*/(kingbase|postgres) +(-D|.* -D) ' || true`,
  repmgrd: `pgrep -u kingbase -o -x repmgrd || pgrep -u kingbase -o -f '/repmgrd( |$)' || true`,
  kbha: `pgrep -u kingbase -o -x kbha || pgrep -u kingbase -o -f '/kbha( |$)' || true`,
};

export async function findDaemon(lab: Lab, node: LabNode, daemon: Daemon): Promise<number | undefined> {
  const { prefix, data } = lab.manifest();
  const script = [
    `prefix=${quote(prefix)} data=${quote(data)}`,
    FIND,
    `found=$(find_daemon ${daemon})`,
    `[ -n "$found" ] || found=$(${BY_NAME[daemon]})`,
    'echo "$found"',
  ].join('\n');
  const { stdout } = await node.script(script, { label: `find ${daemon}` });
  const pid = Number(stdout.trim().split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

export async function killDaemon(lab: Lab, node: LabNode, daemon: Daemon): Promise<number> {
  const pid = await findDaemon(lab, node, daemon);
  if (pid === undefined) {
    throw new KingbaseError({
      code: 'lab/nothing-to-kill',
      path: node.name,
      message: `${daemon} does not run there`,
      hint: 'See what does: npm run lab:status',
    });
  }
  await node.exec(['kill', '-KILL', String(pid)]);
  return pid;
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
