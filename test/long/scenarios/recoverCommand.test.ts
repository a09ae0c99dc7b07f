// Proves: `npm run recover -- rejoin --node …`, at a terminal as an operator uses it, writes the record into the stack's configuration, shows the preview,
// and asks; a no takes the record out again and runs nothing; a yes brings the node back, and everybody has the same rows. The history of all nodes
// holds it, also as JSON. The same id again runs nothing a second time; the same id with other inputs is refused by the command, and by the preview
// where the file was edited by hand. A record that is taken out leaves the state without a command on any node.
// Does not prove: the Pulumi CLI (the lab's stand-in engine runs the project's program here).
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { findDaemon } from '../../../lab/faults/processes';
import type { Lab } from '../../../lab/lab';
import { projectRoot } from '../../../lab/projectRoot';
import { engineEnv } from '../../../lab/stack/deploy';
import { stackFiles } from '../../../lab/stack/stackFile';
import { quoteWord } from '../../../remote/shell';
import { requestId } from '../../lab/support/actions';
import { describeLab } from '../../lab/support/describeLab';
import { measured, primaryOf } from '../../lab/support/failover';
import { DATABASES, holdRecovery, losePrimary } from '../../lab/support/formerPrimary';
import { expectHealthy } from '../../lab/support/health';
import { runProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';
import { dropTable } from '../../lab/support/writeLoad';

const TABLE = 'recovered';
/** Preview, run and the action itself, on a busy machine. */
const BACK_WITHIN_SECONDS = 300;

describeLab('npm run recover', () => {
  const scene = useSharedLab();
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  it('writes the record, shows it, asks, and brings the node back once', { timeout: 1_200_000 }, async () => {
    const { lab } = scene;
    const { config } = stackFiles(lab.name);
    const declared = readFileSync(config, 'utf8');
    undo.push(() => Promise.resolve(writeFileSync(config, declared)));
    undo.push(await holdRecovery(lab));
    const old = await primaryOf(lab);
    await sql(lab, old, `create table ${TABLE} (n int); insert into ${TABLE} values (1)`);
    const now = await losePrimary(lab, old, `insert into ${TABLE} values (2)`);
    await sql(lab, now, `insert into ${TABLE} values (3)`);
    const id = requestId('recover');
    const words = ['rejoin', '--node', old.name, '--id', id];

    const refused = recover(lab, words, 'n');
    expect({ code: refused.code, asked: asked(refused) }, refused.said).toEqual({ code: 1, asked: 1 });
    expect(refused.said).toContain('not agreed: the record was taken out again, nothing was run');
    expect(readFileSync(config, 'utf8')).toBe(declared);
    expect(await findDaemon(lab, old, 'database')).toBeUndefined();
    expect(historyOf(lab).filter(({ requestId: each }) => each === id)).toEqual([]);

    const started = Date.now();
    const done = recover(lab, words, 'y');
    const seconds = (Date.now() - started) / 1000;
    measured(`npm run recover -- rejoin: ${seconds.toFixed(0)} s`);
    expect({ code: done.code, asked: asked(done) }, done.said).toEqual({ code: 0, asked: 1 });
    expect(seconds).toBeLessThan(BACK_WITHIN_SECONDS);
    // What it does stands before the question, and the run behind it.
    const [before = '', after = ''] = done.said.split('Run it now?');
    expect(before).toContain(`rejoin ${id}: on ${old.name}: looks who leads`);
    expect(before).toMatch(new RegExp(`${lab.name}-rejoin-${id}`));
    expect(after).toContain('verified: streaming, slot in use');
    const written = readFileSync(config, 'utf8');
    expect(written.replace(/^ {2}kingbase:actions:\n( {4}.*\n)+/m, '')).toBe(declared);
    expect(written).toContain(`requestId: ${id}`);
    await expectHealthy(lab, { primary: now.name });
    for (const name of DATABASES) {
      const rows = await sql(lab, lab.node(name), `select n from ${TABLE} order by n`);
      expect({ name, rows }).toEqual({ name, rows: ['1', '3'] });
    }

    const [record, ...more] = historyOf(lab).filter(({ requestId: each }) => each === id);
    expect(more).toEqual([]);
    expect(record).toMatchObject({ kind: 'rejoin', node: old.name, state: 'succeeded', result: { rung: 'rewind' } });
    const table = recover(lab, ['history'], '');
    expect(table.said).toMatch(new RegExp(`succeeded +rejoin +${old.name} +${id} \\d+ s`));

    const again = recover(lab, [...words, '--yes'], '');
    expect({ code: again.code, asked: asked(again) }, again.said).toEqual({ code: 0, asked: 0 });
    expect(historyOf(lab).filter(({ requestId: each }) => each === id)).toEqual([record]);
    const changed = recover(lab, [...words, '--input', 'maxRung=reclone', '--yes'], '');
    expect(changed.code, changed.said).toBe(2);
    expect(changed.said).toMatch(/maxRung: it is "" in the record, and "reclone" now/);
    expect(readFileSync(config, 'utf8')).toBe(written);
    writeFileSync(config, written.replace(`node: ${old.name}\n`, `node: ${old.name}\n        maxRung: reclone\n`));
    const edited = await runProgram(lab, 'preview');
    expect({ ok: edited.ok, told: /maxRung/.test(edited.text) }, edited.text).toEqual({ ok: false, told: true });

    writeFileSync(config, declared);
    const without = await runProgram(lab, 'up');
    expect(without.ok, without.text).toBe(true);
    expect(without.changed.filter((change) => !/^delete .*rejoin/.test(change))).toEqual([]);
    expect(historyOf(lab).filter(({ requestId: each }) => each === id)).toEqual([record]);
    await expectHealthy(lab, { primary: now.name });
    await dropTable(lab, TABLE);
  });
});

interface Recovered {
  readonly code: number | null;
  readonly said: string;
}

/** At a terminal of its own, with this typed at once. */
function recover(lab: Lab, words: readonly string[], typed: string): Recovered {
  const entry = join(projectRoot(), 'dist/scripts/recover.js');
  const command = [process.execPath, entry, ...words, '--lab', lab.name].map(quoteWord).join(' ');
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    env: engineEnv(lab.name),
    encoding: 'utf8',
    input: typed === '' ? '' : `${typed}\n`,
    timeout: 900_000,
  });
  return { code: status, said: stdout.replaceAll('\r', '') };
}

const asked = ({ said }: Recovered): number => said.split('Run it now?').length - 1;

function historyOf(lab: Lab): readonly Readonly<Record<string, unknown>>[] {
  const entry = join(projectRoot(), 'dist/scripts/recover.js');
  const { stdout } = spawnSync(process.execPath, [entry, 'history', '--lab', lab.name, '--json'], {
    env: engineEnv(lab.name),
    encoding: 'utf8',
    timeout: 300_000,
  });
  return JSON.parse(stdout) as readonly Readonly<Record<string, unknown>>[];
}
