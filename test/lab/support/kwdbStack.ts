// A stack of KWDB on lab nodes: its configuration, and the project's own program run on it.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { toKwdbTarget, type KwdbTarget } from '../../../core/kwdb/target';
import { parseKwdbSpec } from '../../../core/kwdb/spec/parseKwdbSpec';
import type { KwdbSpec } from '../../../core/kwdb/spec/types';
import type { Lab } from '../../../lab/lab';
import { setStackConfig } from '../../../lab/engine/stackConfig';
import { stackFiles, type StackFiles } from '../../../lab/stack/stackFile';
import type { Verb } from '../../../lab/stack/deploy';
import type { Connection } from '../../../remote/remote';
import { runProgram, type ProgramRun } from './program';

/** What it said of why it failed. */
export function errorsOf({ messages }: ProgramRun): string {
  return messages.flatMap(({ severity, text }) => (severity === 'error' ? [text] : [])).join('\n');
}

const PASSPHRASE = 'of a lab';
type Fields = Readonly<Record<string, unknown>>;

export class KwdbStack {
  private readonly files: StackFiles;
  /** Beside kingbase:kwdb. */
  more: Fields = {};
  /** By path (`kingbase:kwdbObjectStoreKey.id`), encrypted as `config set --secret --path` does. */
  secrets: Readonly<Record<string, string>> = {};

  constructor(
    private readonly lab: Lab,
    /** `kingbase:kwdb` without nodes and connection. */
    public input: Fields,
    /** Which hosts, in the order of their ids. */
    private readonly names: readonly string[] = lab.nodes().map(({ name }) => name),
  ) {
    this.files = stackFiles(lab.name);
    rmSync(this.files.directory, { recursive: true, force: true });
    mkdirSync(this.files.backend, { recursive: true });
    writeFileSync(this.files.passphrase, PASSPHRASE, { mode: 0o600 });
  }

  private get kwdb(): Fields {
    const nodes = this.names.map((name, index) => {
      const { host, hostKey } = this.lab.node(name).connection();
      return { name, host, hostKey, id: index + 1 };
    });
    const { user, privateKeyFile } = this.lab.manifest();
    return { name: 'plant', secureMode: 'insecure', connection: { user, privateKeyFile }, nodes, ...this.input };
  }

  /** up, preview or refresh of what is declared now. */
  async run(verb: Verb, ...words: readonly string[]): Promise<ProgramRun> {
    const { config: file } = this.files;
    const config = { 'kingbase:kwdb': this.kwdb, ...this.more };
    // One salt for the life of the stack: its state is encrypted by it.
    const salt = existsSync(file) ? /^encryptionsalt: .*$/m.exec(readFileSync(file, 'utf8'))?.[0] : undefined;
    writeFileSync(file, `${salt === undefined ? '' : `${salt}\n`}${dump({ config }, { lineWidth: -1 })}`);
    for (const [key, value] of Object.entries(this.secrets)) {
      const change = { key, value, secret: true, path: true };
      await setStackConfig({ file, passphrase: PASSPHRASE, project: 'kingbase' }, change);
    }
    return runProgram(this.lab, verb, words);
  }

  async up(...words: readonly string[]): Promise<ProgramRun> {
    const done = await this.run('up', ...words);
    if (!done.ok) throw new Error(`up ended with ${done.code}: ${errorsOf(done)}`);
    return done;
  }

  /** Makes `user` on `node`, where copies of backups go, and lets the key of the backup's node in. */
  async letIn(node: string, user: string, directory: string, outputs: ProgramRun['outputs']): Promise<void> {
    const key = (outputs['backupKey'] ?? '').replace(/^"|"$/g, '');
    if (!/^ssh-ed25519 \S+ pulumi-kwdb-plant-node1$/.test(key)) throw new Error(`${key} is no key of the backup`);
    await this.lab.node(node).script(`
id ${user} >/dev/null 2>&1 || useradd --create-home ${user}
install -d -o ${user} -g ${user} ${directory}
install -d -m 0700 -o ${user} -g ${user} /home/${user}/.ssh
printf '%s\\n' '${key}' >/home/${user}/.ssh/authorized_keys
chown ${user}: /home/${user}/.ssh/authorized_keys`);
  }

  /** As the engine wrote it. */
  stateText(): string {
    return readFileSync(this.files.state, 'utf8');
  }

  spec(): KwdbSpec {
    const parsed = parseKwdbSpec(this.kwdb, 'plant');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
    return parsed.spec;
  }

  /** A node as handlers take it. */
  host(name: string): { readonly connection: Connection; readonly target: KwdbTarget } {
    const spec = this.spec();
    const node = spec.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`${name} is not in the stack`);
    return { connection: this.lab.node(name).connection(), target: toKwdbTarget(spec, node) };
  }
}
