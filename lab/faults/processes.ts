// Finds the processes of a cluster on a node the way an operator does: by pid file, then by the process list.
import { KingbaseError } from '../../core/finding';
import type { Lab, LabNode } from '../lab';

export type Daemon = 'database' | 'repmgrd' | 'kbha';

/**
 * A pid file may be stale, and a name may be anybody's (an editor, a copy of the database that a drill started, one act of kbha): the process must
 * belong to the database's user, be the program itself, and serve this data directory or configuration.
 */
const FIND = `
is_daemon() {
  [ -n "\${2:-}" ] && [ "$(stat -c %U "/proc/$2" 2>/dev/null)" = "$owner" ] || return 1
  words="$(tr '\\0' ' ' 2>/dev/null <"/proc/$2/cmdline") "
  program=\${words%% *}
  case "$1 \${program##*/} $words" in
    'database kingbase '*" -D $data "* | 'database postgres '*" -D $data "*) return 0 ;;
    'repmgrd repmgrd '*" -f $prefix/etc/"* | 'kbha kbha '*' -A daemon'*" -f $prefix/etc/"*) return 0 ;;
  esac
  return 1
}
first_line() { [ ! -r "$1" ] || head -n 1 "$1" | tr -dc '0-9'; }
find_daemon() {
  case "$1" in
    database) set -- "$1" "$data/kingbase.pid" "$data/postmaster.pid" ;;
    repmgrd) set -- "$1" "$prefix/etc/hamgrd.pid" /tmp/repmgrd.pid ;;
    kbha) set -- "$1" "$prefix/etc/kbha.pid" ;;
  esac
  wanted=$1
  shift
  for file in "$@"; do
    pid=$(first_line "$file")
    ! is_daemon "$wanted" "$pid" || { echo "$pid"; return; }
  done
  # Without a pid file: the oldest, for a database's own children look like it.
  named=$(pgrep -d, -u "$owner" -f "(^|/)(kingbase|postgres|repmgrd|kbha) " || true)
  for pid in $(ps -p "\${named:-1}" -o pid= --sort=start_time,pid); do
    ! is_daemon "$wanted" "$pid" || { echo "$pid"; return; }
  done
}
`;

/** For any shell; prints the process id, nothing where it does not run. */
export function findScript(
  { prefix, data, owner }: { readonly prefix: string; readonly data: string; readonly owner: string },
  daemon: Daemon,
): string {
  return `prefix=${quote(prefix)} data=${quote(data)} owner=${quote(owner)}\n${FIND}\nfind_daemon ${daemon}`;
}

export async function findDaemon(lab: Lab, node: LabNode, daemon: Daemon): Promise<number | undefined> {
  const { prefix, data } = lab.manifest();
  const { stdout } = await node.script(findScript({ prefix, data, owner: 'kingbase' }, daemon), {
    label: `find ${daemon}`,
  });
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
