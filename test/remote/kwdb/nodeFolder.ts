/** A node of KWDB in a folder: our programs under their names, configured for a stand-in that runs beside them, with systemd and runuser replaced. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KWDB_ACTION } from '../../../core/kwdb/render/paths';
import type { KwdbTarget } from '../../../core/kwdb/target';
import type { Connection, ExecOptions, ExecResult } from '../../../remote/remote';
import { ActionRunner } from '../../support/actionRunner';
import { LocalRemote } from '../../support/localRemote';
import { KWBASE, type StandIn } from '../../lab/kwdb/support/standIn';

const TEMPLATES = resolve(__dirname, '../../../templates');

/** The installed runner lies in the folder of the test. */
class NodeRemote extends LocalRemote {
  library = '';
  override exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    const [program, ...words] = argv;
    return super.exec(program === KWDB_ACTION ? ['bash', join(this.library, 'action.sh'), ...words] : argv, options);
  }
}

export class KwdbNodeFolder {
  private readonly runner = new ActionRunner();
  readonly library = join(this.runner.folder, 'lib');
  readonly state = join(this.runner.state, 'ha');
  readonly remote = new NodeRemote(this.runner.folder);
  readonly external: string;
  readonly runs: string;

  constructor(private readonly server: StandIn) {
    this.external = join(server.store, 'extern');
    this.runs = join(this.external, 'pulumi-kwdb/plant');
    this.remote.library = this.library;
    for (const name of readdirSync(join(TEMPLATES, 'kwdb')).filter((one) => one.endsWith('.sh'))) {
      copyFileSync(join(TEMPLATES, 'kwdb', name), join(this.library, name));
      chmodSync(join(this.library, name), 0o755);
    }
    for (const name of readdirSync(join(TEMPLATES, 'kwdb/actions'))) {
      copyFileSync(join(TEMPLATES, 'kwdb/actions', name), join(this.library, 'actions', name));
    }
    this.configure();
  }

  /** Again after a start: the stand-in may listen elsewhere. */
  configure(): void {
    const values = {
      ...{
        KW_CLUSTER: 'plant',
        KW_NAME: 'kw1',
        KW_NODE_ID: '1',
        KW_VERSION: '3.2.1',
        KW_USER: 'root',
        KW_UNIT: 'kaiwudb.service',
      },
      ...{
        KW_PROGRAM: KWBASE,
        KW_ADDRESS: this.server.address,
        KW_CERTIFICATES: '',
        KW_STORE: this.server.store,
        KW_STATE: this.state,
      },
      ...{ KW_LEVEL: '1', KW_CHECKPOINT_SECONDS: '300', KW_LEVEL_SECONDS: '60' },
    };
    const backup = {
      ...{
        KW_EXTERN: this.external,
        KW_BACKUP_DIRECTORY: 'pulumi-kwdb/plant',
        KW_BACKUP_SECONDS: '600',
        KW_BACKUP_USERS: 'true',
      },
      ...{
        KW_BACKUP_SETTINGS: 'true',
        KW_EXPORT_OPTIONS: '',
        KW_KEEP_DAYS: '14',
        KW_KEEP_AT_LEAST: '3',
        KW_OFF_HOST: '',
      },
    };
    const text = (all: Readonly<Record<string, string>>): string =>
      Object.entries(all)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join('');
    writeFileSync(join(this.library, 'kwdb.conf'), text(values));
    writeFileSync(
      join(this.library, 'backup.conf'),
      `${text(backup)}kw_wanted() { printf '%s\\n' 'plant||public' 'shop||public'; }\n`,
    );
  }

  get host(): { readonly connection: Connection; readonly target: KwdbTarget } {
    const target = {
      cluster: 'plant',
      name: 'kw1',
      id: 1,
      state: this.state,
      user: 'root',
      program: KWBASE,
      address: this.server.address,
      store: this.server.store,
    };
    return { connection: { host: '10.77.54.11', port: 22, user: 'root', hostKey: 'ssh-ed25519 AAAA' }, target };
  }

  run(
    program: string,
    words: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): { readonly code: number; readonly out: string; readonly err: string } {
    const path = `${join(this.runner.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
    const done = spawnSync('bash', [join(this.library, program), ...words], {
      encoding: 'utf8',
      env: { ...process.env, PATH: path, ...env },
    });
    return { code: done.status ?? -1, out: done.stdout, err: done.stderr };
  }

  fakeRun(name: string, verdict: string): void {
    mkdirSync(join(this.runs, name), { recursive: true });
    writeFileSync(join(this.runs, name, 'verdict'), `${verdict}\n`);
  }

  remove(): void {
    this.runner.remove();
  }
}
