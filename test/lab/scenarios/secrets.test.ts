// Proves: passwords that are easy to recognise, and the private keys, are in no plain state, no output, no process list (of this
// machine, which sees the nodes' processes too), no log and no rendered file but ~/.kbpass, through up, a refresh and an up that
// fails.
// Seen to fail: with the statement that makes esrep left in the server's statistics (pg_stat_statements keeps its text, password
// and all), as it was before both names of the setting were given.
// Does not prove: anything about a core dump or a client's own configuration.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { machinesDown } from '../../../lab/create';
import type { Lab } from '../../../lab/lab';
import { projectRoot } from '../../../lab/projectRoot';
import { run } from '../../../lab/run';
import { engineEnv, type Verb } from '../../../lab/stack/deploy';
import { STACK, stackFiles } from '../../../lab/stack/stackFile';
import { labUp } from '../../../lab/up';
import { describeLab } from '../support/describeLab';
import { errorsOf, startProgram, type ProgramRun } from '../support/program';
import { SHARED } from '../support/sharedName';

const CANARIES = { system: 'kCanarySystem73xq9', esrep: 'kCanaryEsrep84zw6' } as const;
const SAMPLE_MS = 50;

interface Watched {
  readonly run: ProgramRun;
  /** Command lines and environments with a secret in them. */
  readonly seen: readonly string[];
  readonly samples: number;
}

describeLab('passwords and private keys', () => {
  it('show nowhere: state, output, process lists, logs, rendered files', async () => {
    await machinesDown(SHARED.name);
    const { lab } = await labUp({ ...SHARED, deploy: false });
    await setPasswords(lab);
    const up = await watched(lab, 'up');
    expect(up.run.ok).toBe(true);
    const refresh = await watched(lab, 'refresh');
    expect(refresh.run.ok).toBe(true);
    // Fails with the passwords in its hands: where the file should go lies a directory.
    await lab.node('node2').script('rm -f ~kingbase/.kbpass && mkdir -p ~kingbase/.kbpass/in-the-way');
    const failing = await watched(lab, 'up', ['--refresh']);
    expect(failing.run.ok).toBe(false);
    expect(errorsOf(failing.run)).toContain('.kbpass');
    await lab.node('node2').script('rm -r ~kingbase/.kbpass');
    const repaired = await watched(lab, 'up', ['--refresh']);
    expect({ ok: repaired.run.ok, changed: repaired.run.changed }).toEqual({
      ok: true,
      changed: ['update node2-secrets'],
    });

    const secrets = [...Object.values(CANARIES), ...keyBodies(await privateKeys(lab))];
    expect(secrets.length).toBeGreaterThanOrEqual(2 + 1 + lab.nodes().length);
    for (const { run: program, seen, samples } of [up, refresh, failing, repaired]) {
      expect(found(program.text, secrets), `output of ${program.verb}`).toEqual([]);
      expect(seen, `process list during ${program.verb}`).toEqual([]);
      expect(samples).toBeGreaterThan(20);
    }
    for (const file of stateFiles(lab)) expect(found(readFileSync(file, 'utf8'), secrets), file).toEqual([]);
    for (const node of lab.nodes()) {
      const holders = await holdersOn(lab, node.name, secrets);
      const own = ['/home/kingbase/.kbpass', '/home/kingbase/.ssh/id_ed25519_pulumi_kingbase'];
      expect(
        holders.filter((path) => !own.includes(path)),
        node.name,
      ).toEqual([]);
      // The search itself finds what is there.
      expect(holders).toContain('/home/kingbase/.ssh/id_ed25519_pulumi_kingbase');
      if (node.info().role !== 'repository') expect(holders).toContain('/home/kingbase/.kbpass');
    }
    await machinesDown(SHARED.name);
  });
});

async function setPasswords(lab: Lab): Promise<void> {
  const cli = join(projectRoot(), 'dist/lab/engine/cli.js');
  const place = ['--program', projectRoot(), '--stack', STACK, '--config-file', stackFiles(lab.name).config];
  for (const [name, value] of Object.entries(CANARIES)) {
    const words = [cli, 'config', 'set', `kingbase:passwords.${name}`, '--secret', '--path', ...place];
    await run(process.execPath, words, { stdin: value, env: engineEnv(lab.name) });
  }
}

/** Looks at every process of this machine while the program runs: nodes share its kernel, so theirs are among them. */
async function watched(lab: Lab, verb: Verb, words: readonly string[] = []): Promise<Watched> {
  const seen = new Set<string>();
  let samples = 0;
  const running = startProgram(lab, verb, words);
  const timer = setInterval(() => {
    samples += 1;
    for (const line of commandLines()) if (found(line, Object.values(CANARIES)).length > 0) seen.add(line);
  }, SAMPLE_MS);
  try {
    return { run: await running.done, seen: [...seen], samples };
  } finally {
    clearInterval(timer);
  }
}

function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
}

async function privateKeys(lab: Lab): Promise<readonly string[]> {
  const path = '/home/kingbase/.ssh/id_ed25519_pulumi_kingbase';
  const own = await Promise.all(lab.nodes().map(async (node) => (await node.exec(['cat', path])).stdout));
  return [readFileSync(lab.manifest().privateKeyFile, 'utf8'), ...own];
}

/** The lines of a key that hold its secret half: the third and fourth, whatever wraps them. */
function keyBodies(keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) =>
    key
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('-'))
      .slice(2, 3),
  );
}

function found(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => text.includes(secret));
}

function stateFiles(lab: Lab): readonly string[] {
  const { directory } = stackFiles(lab.name);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}

/** Files on a node with one of the secrets in them, programs and the database's own tables left out. */
async function holdersOn(lab: Lab, node: string, secrets: readonly string[]): Promise<readonly string[]> {
  const roots = '/etc /home /root /var/log /var/lib/pulumi-kingbase /var/spool /usr/local /tmp /var/tmp /kbdata /run';
  const script = `grep -rlaF -D skip -f /dev/fd/3 ${roots} 3<<'SECRETS' 2>/dev/null | sort || true\n${secrets.join('\n')}\nSECRETS\n`;
  const { stdout } = await lab.node(node).script(script, { label: 'search', timeoutMs: 120_000 });
  return stdout.split('\n').filter((path) => path !== '');
}
