// What was there before and must be there afterwards: our files with their times, and the processes that nobody may restart.
import { sql } from '../../../lab/cluster';
import type { Lab } from '../../../lab/lab';
import { planOf, wantedFiles } from './filesOnNode';

/** `node1:/etc/…`, `node1:crontab:kingbase` → content, mode, owner; and when it was last touched. */
export interface Footprint {
  readonly files: ReadonlyMap<string, string>;
  readonly written: ReadonlyMap<string, string>;
  /** Start of each database, which a restart changes. */
  readonly started: Readonly<Record<string, string>>;
}

const LOOK = `
while IFS= read -r path; do
  case $path in
    crontab:*) file=/var/spool/cron/crontabs/\${path#crontab:} text=$(crontab -u "\${path#crontab:}" -l 2>/dev/null; echo .) ;;
    *) file=$path text=$(cat "$path" 2>/dev/null; echo .) ;;
  esac
  [ -e "$file" ] || { echo gone; continue; }
  printf '%s %s %s\\n' "$(printf %s "$text" | sha256sum | cut -c1-16)" "$(stat -c '%a %U:%G' "$file" | tr ' ' ',')" "$(stat -c %z "$file" | tr ' ' T)"
done`;

export async function footprintOf(lab: Lab): Promise<Footprint> {
  const plan = await planOf(lab);
  const files = new Map<string, string>();
  const written = new Map<string, string>();
  const started: Record<string, string> = {};
  for (const node of plan.nodes) {
    const paths = [...(await wantedFiles(lab, plan, node)).keys()];
    const script = `${LOOK} <<'PATHS'\n${paths.join('\n')}\nPATHS\n`;
    const lines = (await lab.node(node.name).script(script, { label: 'look at files' })).stdout.split('\n');
    for (const [index, path] of paths.entries()) {
      const [digest = '', mode = '', time = ''] = (lines[index] ?? '').split(' ');
      files.set(`${node.name}:${path}`, `${digest} ${mode}`);
      written.set(`${node.name}:${path}`, time);
    }
    if (node.role === 'database') {
      const [time = ''] = await sql(lab, lab.node(node.name), 'select pg_postmaster_start_time()');
      started[node.name] = time;
    }
  }
  return { files, written, started };
}

/** Paths that were touched in between, although content and mode may be the same. */
export function rewritten(before: Footprint, after: Footprint): readonly string[] {
  return [...after.written]
    .filter(([path, time]) => before.written.get(path) !== time)
    .map(([path]) => path)
    .sort();
}
