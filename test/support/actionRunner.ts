/** action.sh and cluster-lock.sh of templates/os in a folder of their own, with stand-ins for systemd, runuser and the other nodes, and kinds of the test's own. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

const TEMPLATES = resolve(__dirname, '../../templates');
const SCRIPTS = ['daemons', 'instance', 'json', 'layout', 'node', 'operation', 'standby'];

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class ActionRunner {
  readonly folder = mkdtempSync(join(tmpdir(), 'kingbase-action-'));
  readonly state = join(this.folder, 'state');
  private readonly library = join(this.folder, 'lib');
  private readonly bin = join(this.folder, 'bin');

  constructor(peers: readonly string[] = []) {
    for (const name of ['lib/scripts', 'lib/actions', 'bin', 'units', 'state', 'data/global', 'kb']) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    for (const name of ['action.sh', 'cluster-lock.sh']) {
      copyFileSync(join(TEMPLATES, 'os', name), join(this.library, name));
      chmodSync(join(this.library, name), 0o755);
    }
    for (const name of SCRIPTS) {
      copyFileSync(join(TEMPLATES, 'scripts', `${name}.sh`), join(this.library, 'scripts', `${name}.sh`));
    }
    writeFileSync(join(this.library, 'action.conf'), this.conf(peers));
    this.systemd();
    this.stub('runuser', 'shift 3; exec "$@"');
    this.stub('id', 'echo 0');
    // Never a process of this machine.
    this.stub('pgrep', 'exit 1');
    // <folder>/peers/<host>: absent means that the host does not answer.
    this.stub(
      'channel',
      `host=$1; [ -d "${this.folder}/peers/$host" ] || { echo "no route to $host" >&2; exit 255; }
case "$2" in
  *hold*) note="${this.folder}/peers/$host/note"; [ ! -s "$note" ] || { cat "$note"; exit 77; } ;;
esac
echo "$2" >>"${this.folder}/peers/$host/log"; cat >/dev/null`,
    );
  }

  /** A program that goes before the system's. */
  stub(name: string, body: string): void {
    this.write(join(this.bin, name), `#!/bin/bash\n${body}\n`);
  }

  /** One of the vendor's tools. */
  tool(name: string, body: string): void {
    this.write(join(this.folder, 'kb', name), `#!/bin/bash\n${body}\n`);
  }

  kind(name: string, text: string): void {
    writeFileSync(join(this.library, 'actions', `${name}.sh`), text);
  }

  /** One of the project's own kinds. */
  realKind(name: string): void {
    copyFileSync(join(TEMPLATES, 'os', 'actions', `${name}.sh`), join(this.library, 'actions', `${name}.sh`));
  }

  run(...words: readonly string[]): Ran {
    const env = { PATH: process.env['PATH'], HOME: this.folder };
    const done = spawnSync('bash', [join(this.library, 'action.sh'), ...words], { encoding: 'utf8', env });
    return { code: done.status, out: done.stdout, err: done.stderr };
  }

  /** As if the machine had gone: every process of the unit, at once. */
  kill(id: string): void {
    const group = Number(readFileSync(join(this.folder, 'units', `kb-${id}.service`), 'utf8'));
    process.kill(-group, 'SIGKILL');
  }

  async until(path: string): Promise<void> {
    for (let looks = 0; !existsSync(join(this.folder, path)); looks += 1) {
      if (looks > 600) throw new Error(`${path} did not come`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o755 });
  }

  file(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private conf(peers: readonly string[]): string {
    const members = [['node1', '10.0.0.11'], ...peers.map((host, at) => [`node${at + 2}`, host])];
    const values = {
      PATH: `${this.bin}:${process.env['PATH'] ?? ''}`,
      LC_ALL: 'C',
      ...{ KB_CLUSTER: 'ha', KB_NAME: 'node1', KB_ID: '1', KB_ROLE: 'database', KB_HOST: '10.0.0.11' },
      ...{ KB_USER: userInfo().username, KB_GROUP: ownGroup(), KB_HOME: this.folder, KB_BIN: join(this.folder, 'kb') },
      ...{ KB_DATA: join(this.folder, 'data'), KB_WALDIR: '', KB_CONF: join(this.folder, 'etc/repmgr.conf') },
      ...{ KB_STATE: join(this.state, 'ha'), KB_PASSFILE: '', KB_PORT: '54321', KB_SUPERUSER: 'system', KB_DB: 'test' },
      ...{ KB_LOG: join(this.folder, 'logfile'), KB_LOCK_SECONDS: '2', KB_SLOT: 'repmgr_slot_1', KB_VERSION: 'V8R6' },
      ...{ KB_REPMGRD_PID: '', KB_KBHA_PID: '', KB_VIP: '', KB_CONNINFO: 'host=10.0.0.11', KB_RECOVERY: 'manual' },
      ...{ KB_RMAN_CONF: '', KB_STANZA: '', KB_START_SECONDS: '10', KB_STREAMING_SECONDS: '5' },
    };
    return [
      ...Object.entries(values).map(([name, value]) => `${name}='${value}'`),
      'export PATH LC_ALL',
      'kb_members() {',
      ...members.map(([name, host], at) => `  echo '${name} ${host} database ${at + 1}'`),
      '}',
      `KB_CHANNEL=('${join(this.bin, 'channel')}')`,
      '',
    ].join('\n');
  }

  /** A unit is a process group of its own; its file holds the group. */
  private systemd(): void {
    const units = join(this.folder, 'units');
    this.stub(
      'systemd-run',
      `unit= log=/dev/null
while [ $# -gt 0 ]; do
  case $1 in
    --unit=*) unit=\${1#--unit=} ;;
    -p) case $2 in StandardOutput=append:*) log=\${2#*append:} ;; esac; shift ;;
    --scope) shift; while [ "$1" != -- ]; do shift; done; shift; exec "$@" ;;
    --*) ;;
    *) break ;;
  esac
  shift
done
rm -f "${units}/$unit.service"
setsid bash -c 'echo $$ >"$0"; exec "$@"' "${units}/$unit.service" "$@" >>"$log" 2>&1 </dev/null 8>&- &
while [ ! -s "${units}/$unit.service" ]; do sleep 0.02; done`,
    );
    this.stub(
      'systemctl',
      `case $1 in
  is-active) pid=$(cat "${units}/$2" 2>/dev/null) && [ -e "/proc/$pid" ] && [ "$(sed 's/.*) //; s/ .*//' "/proc/$pid/stat")" != Z ] && echo active ;;
esac`,
    );
  }
}

function ownGroup(): string {
  return execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
}
