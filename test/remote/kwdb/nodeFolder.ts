/** A node of KWDB in a folder: our programs under their names, configured for a stand-in that runs beside them, with systemd and runuser replaced. */
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KWDB_ACTION } from '../../../core/kwdb/render/paths';
import type { KwdbTarget } from '../../../core/kwdb/target';
import type { Connection, ExecOptions, ExecResult } from '../../../remote/remote';
import { ActionRunner } from '../../support/actionRunner';
import { LocalRemote } from '../../support/localRemote';
import { KWBASE } from '../../lab/kwdb/support/standIn';

/** Of the runs, below the root of nodelocal. */
export const DIRECTORY = 'pulumi-kwdb/plant';
const TEMPLATES = resolve(__dirname, '../../../templates');

/** The installed runner lies in the folder of the test. */
class NodeRemote extends LocalRemote {
  library = '';
  override exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    const [program, ...words] = argv;
    return super.exec(program === KWDB_ACTION ? ['bash', join(this.library, 'action.sh'), ...words] : argv, options);
  }
}

export interface StoreOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly key: { readonly id: string; readonly secret: string };
  readonly keepDays?: number;
  readonly caFile?: string;
}

/** The stand-in, or a real one. */
export interface KwdbServer {
  readonly store: string;
  readonly address: string;
  /** Root of nodelocal; default <store>/extern. */
  readonly external?: string;
  /** Its client; default the stand-in's. */
  readonly program?: string;
  /** As kw_wanted prints them; default plant and shop. */
  readonly wanted?: readonly string[];
  /** Users and settings with it; default true. */
  readonly globals?: boolean;
}

export class KwdbNodeFolder {
  private store: StoreOptions | undefined;
  private readonly runner = new ActionRunner();
  readonly library = join(this.runner.folder, 'lib');
  readonly state = join(this.runner.state, 'ha');
  readonly remote = new NodeRemote(this.runner.folder);
  readonly external: string;
  readonly runs: string;

  constructor(private readonly server: KwdbServer) {
    this.external = server.external ?? join(server.store, 'extern');
    this.runs = join(this.external, DIRECTORY);
    this.remote.library = this.library;
    for (const name of readdirSync(join(TEMPLATES, 'kwdb')).filter((one) => /\.(?:sh|py)$/.test(one))) {
      copyFileSync(join(TEMPLATES, 'kwdb', name), join(this.library, name));
      chmodSync(join(this.library, name), 0o755);
    }
    copyFileSync(join(TEMPLATES, 'os/aws.py'), join(this.library, 'aws.py'));
    for (const name of readdirSync(join(TEMPLATES, 'kwdb/actions'))) {
      copyFileSync(join(TEMPLATES, 'kwdb/actions', name), join(this.library, 'actions', name));
    }
    this.configure();
  }

  private get program(): string {
    return this.server.program ?? KWBASE;
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
        KW_PROGRAM: this.program,
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
        KW_BACKUP_DIRECTORY: DIRECTORY,
        KW_BACKUP_SECONDS: '600',
        KW_BACKUP_USERS: String(this.server.globals ?? true),
      },
      ...{
        KW_BACKUP_SETTINGS: String(this.server.globals ?? true),
        KW_EXPORT_OPTIONS: '',
        KW_KEEP_DAYS: '14',
        KW_KEEP_AT_LEAST: '3',
        KW_OFF_HOST: '',
        KW_S3_BUCKET: this.store === undefined ? '' : this.store.bucket,
        KW_S3_KEEP_DAYS: String(this.store?.keepDays ?? 0),
      },
    };
    const text = (all: Readonly<Record<string, string>>): string =>
      Object.entries(all)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join('');
    writeFileSync(join(this.library, 'kwdb.conf'), text(values));
    const wanted = this.server.wanted ?? ['plant||public', 'shop||public'];
    writeFileSync(
      join(this.library, 'backup.conf'),
      `${text(backup)}kw_wanted() { printf '%s\\n' ${wanted.map((line) => `'${line}'`).join(' ')}; }\n`,
    );
  }

  /** The client answers no statement that holds these words. */
  refuseStatements(words: string): void {
    const program = join(this.library, 'kwbase-refusing');
    const text = `#!/bin/bash\ncase "$*" in *'${words}'*) echo 'ERROR: refused' >&2; exit 1 ;; esac\nexec ${this.program} "$@"\n`;
    writeFileSync(program, text, { mode: 0o755 });
    const conf = join(this.library, 'kwdb.conf');
    appendFileSync(conf, `KW_PROGRAM='${program}'\n`);
  }

  /** Right after a statement with these words, somebody else sends these. */
  interfere(words: string, ...statements: readonly string[]): void {
    const program = join(this.library, 'kwbase-interfering');
    const sql = `${this.program} sql --insecure --host=${this.server.address}`;
    const others = statements.map((one) => `${sql} -e ${JSON.stringify(one)} >&2`).join(' && ');
    const text = `#!/bin/bash\n${this.program} "$@" || exit\ncase "$*" in *'${words}'*) ${others} ;; esac\n`;
    writeFileSync(program, text, { mode: 0o755 });
    appendFileSync(join(this.library, 'kwdb.conf'), `KW_PROGRAM='${program}'\n`);
  }

  /** Good runs go to this object store from now on. */
  useStore(store: StoreOptions): void {
    this.store = store;
    this.configure();
    const conf = {
      ...{
        endpoint: store.endpoint,
        region: 'us-east-1',
        bucket: store.bucket,
        prefix: 'plant',
        ca_file: store.caFile ?? '',
      },
      ...{ key_file: join(this.library, 'object-store.key'), runs: this.runs, owner_of: this.external },
    };
    const lines = Object.entries(conf).map(([name, value]) => `${name}='${value}'\n`);
    writeFileSync(join(this.library, 'object-store.conf'), lines.join(''));
    writeFileSync(conf.key_file, `id=${store.key.id}\nsecret=${store.key.secret}\n`, { mode: 0o600 });
  }

  get host(): { readonly connection: Connection; readonly target: KwdbTarget } {
    const target = {
      cluster: 'plant',
      name: 'kw1',
      id: 1,
      state: this.state,
      user: 'root',
      program: this.program,
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

  /** As run, while this process answers others. */
  runBeside(
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly code: number; readonly err: string; readonly out: string }> {
    const [program = '', ...words] = argv;
    const path = `${join(this.runner.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
    return new Promise((resolve, reject) => {
      const interpreter = program.endsWith('.py') ? 'python3' : 'bash';
      const child = spawn(interpreter, [join(this.library, program), ...words], {
        env: { ...process.env, PATH: path, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (part: Buffer) => (out += part.toString()));
      child.stderr.on('data', (part: Buffer) => (err += part.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? -1, out, err }));
    });
  }

  fakeRun(name: string, verdict: string): void {
    mkdirSync(join(this.runs, name), { recursive: true });
    writeFileSync(join(this.runs, name, 'verdict'), `${verdict}\n`);
  }

  remove(): void {
    this.runner.remove();
  }
}
