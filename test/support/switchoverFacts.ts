/** The guards of templates/os/actions/switchover.sh on facts of the test's own, by a real bash: nothing else of a node is there. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TEMPLATES = resolve(__dirname, '../../templates');

const COMMON = `server up
system 77
free 900000000 /data
free 900000000 /wal
ready 0
kbha running
automation active
synchronousWanted quorum
set archive_mode on
set max_connections 100
set max_worker_processes 8
set max_wal_senders 10
set max_prepared_transactions 100
set max_locks_per_transaction 64
archiveCommand sys_rman archive-push %p
record 1 node1 primary active - 100
record 2 node2 standby active 1 100
record 3 node3 standby active 1 100
repmgrd running unpaused
looked whole
`;

const STANDBY = `recovery yes\nlsn 0/5000000\nsignal yes\n${COMMON}`;

/** A healthy cluster: node1 is primary, both standbys are synchronous and close. */
export const HEALTHY: Readonly<Record<string, string>> = {
  node1: `recovery no
timeline 4
lsn 0/5000000
vip held
synchronous ANY 1(node2,node3)
replica node2 streaming quorum 10 20
replica node3 streaming quorum 0 5
transaction 2 4711 app active
${COMMON}`,
  node2: STANDBY,
  node3: STANDBY,
  '.ssh': 'asked node1\nasked node2\nasked node3\n',
};

export interface Guard {
  readonly ok: boolean;
  readonly code: string;
  readonly found: string;
  readonly limit: string;
  readonly hint: string;
}

export type Facts = Readonly<Record<string, string>>;

/** Runs shell in the kind's file: `inputs` as KB_IN_*. */
export function inKind(
  kind: string,
  facts: Facts,
  shell: string,
  inputs: Readonly<Record<string, string>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-guards-'));
  try {
    mkdirSync(join(folder, 'scripts'));
    mkdirSync(join(folder, 'actions'));
    mkdirSync(join(folder, 'look'));
    for (const name of ['scripts/movePrimary.sh', 'scripts/branches.sh', 'scripts/standby.sh', 'actions/rejoin.sh']) {
      copyFileSync(join(TEMPLATES, name.replace('actions/', 'os/actions/')), join(folder, name));
    }
    for (const [name, text] of Object.entries(facts)) writeFileSync(join(folder, 'look', name), text);
    const script = `set -eE
library=$1 ledger=$1 KB_VIP=10.0.0.100/24 KB_HOST=10.0.0.1
kb_members() { printf 'node%s 10.0.0.%s database %s\\n' 1 1 1 2 2 2 3 3 3; }
. "$2"
shift 2
for word in "$@"; do printf -v "KB_IN_\${word%%=*}" '%s' "\${word#*=}"; done
read_inputs
${shell}`;
    const words = Object.entries(inputs).map(([name, value]) => `${name}=${value}`);
    const file = join(TEMPLATES, 'os/actions', `${kind}.sh`);
    return execFileSync('bash', ['-c', script, 'kind', folder, file, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const GUARDS: Readonly<Record<string, string>> = {
  switchover: `from=$(writable_nodes) from=\${from% } to=\${KB_IN_to:-}
[ -n "$to" ] || to=$(best_standby "$from")
switchover_guards`,
  promote: 'promote_guards',
  resolveMultiPrimary: 'resolve_guards',
  startCluster: 'start_guards',
};

export function guardsOf(kind: string, facts: Facts, inputs: Readonly<Record<string, string>> = {}): readonly Guard[] {
  return inKind(kind, facts, GUARDS[kind] ?? '', inputs)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [verdict, code = '', found = '', limit = '', hint = ''] = line.split('\t');
      return { ok: verdict === 'ok', code, found, limit, hint };
    });
}

/** The facts with one node's lines changed. */
export function having(node: string, from: string | RegExp, to: string, facts: Facts = HEALTHY): Facts {
  const before = facts[node] ?? '';
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing in ${node} is ${String(from)}`);
  return { ...facts, [node]: after };
}
