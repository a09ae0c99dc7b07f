// Proves: on V9, where the kbha line lives in the OS user's own crontab: a line taken out, an edited line and a crontab that is gone
// are shown by a preview that reads the hosts and put back by `up --refresh`, as the one resource they belong to; lines of others
// in the same crontab are neither taken for drift nor touched; nothing else is written, no database restarted; a line that an
// operator commented out is reported as paused and stays.
// Does not prove: that cron starts kbha by this line, which the power cut of witnessForm shows; nor /etc/cron.d of V8R6 (drift).
import { expect, it } from 'vitest';
import { observeLab } from '../../../lab/status';
import { describeLab } from '../../lab/support/describeLab';
import { footprintOf, rewritten } from '../../lab/support/footprint';
import { expectShown, makeEdits, type Edit } from '../../lab/support/handEdits';
import { expectHealthy } from '../../lab/support/health';
import { changesShown, runProgram } from '../../lab/support/program';
import { useWitnessLab } from '../../lab/support/witnessLab';

const CRONTAB = 'crontab:kingbase';

/** As people and sys_backup.sh leave them: before our block, and after it. */
const BEFORE = ['# reports of the night', 'MAILTO=""', '10 3 * * * /usr/local/bin/report --kbha -A'];
const AFTER = [
  '0 2 */7 * * /opt/rman/bin/sys_rman --stanza=kingbase --type=full backup >> /tmp/rman.log 2>&1',
  '# kbha',
];
const ADD_FOREIGN = `
{ cat <<'BEFORE'
${BEFORE.join('\n')}
BEFORE
crontab -u kingbase -l
cat <<'AFTER'
${AFTER.join('\n')}
AFTER
} >/tmp/crontab.new && crontab -u kingbase /tmp/crontab.new && rm /tmp/crontab.new`;

const edited = (sed: string): string =>
  `crontab -u kingbase -l | sed '${sed}' >/tmp/crontab.new && crontab -u kingbase /tmp/crontab.new && rm /tmp/crontab.new`;

const EDITS: readonly Edit[] = [
  { what: 'the line is taken out', node: 'node1', edit: edited('/bin\\/kbha -A daemon/d') },
  { what: 'the line is edited', node: 'node2', edit: edited('s/^\\*\\/1 \\(.*kbha\\)/*\\/30 \\1/') },
  { what: 'the whole crontab is taken away', node: 'witness', edit: 'crontab -u kingbase -r' },
].map((edit) => ({ ...edit, resource: `${edit.node}-member`, shows: CRONTAB }));

describeLab('the crontab of V9', () => {
  const scene = useWitnessLab('running');
  const crontab = async (node: string): Promise<string> =>
    (await scene.lab.node(node).exec(['crontab', '-u', 'kingbase', '-l'])).stdout;

  it('may hold lines of others: they are no drift', async () => {
    for (const node of ['node1', 'node2']) await scene.lab.node(node).script(ADD_FOREIGN, { label: 'lines of others' });
    const run = await runProgram(scene.lab, 'up', ['--refresh']);
    expect({ ok: run.ok, drifted: run.drifted, changed: run.changed }).toEqual({ ok: true, drifted: [], changed: [] });
  });

  it('is put back where our line was changed, and only that, with the lines of others as they were', async () => {
    const before = await footprintOf(scene.lab);
    const texts = await Promise.all(EDITS.map(({ node }) => crontab(node)));
    await makeEdits(scene.lab, EDITS);
    expectShown(scene.lab, await runProgram(scene.lab, 'preview', ['--refresh']), EDITS);
    expectShown(scene.lab, await runProgram(scene.lab, 'up', ['--refresh']), EDITS);
    expect(await Promise.all(EDITS.map(({ node }) => crontab(node)))).toEqual(texts);
    for (const text of texts.slice(0, 2))
      expect(text.split('\n')).toEqual(expect.arrayContaining([...BEFORE, ...AFTER]));
    const after = await footprintOf(scene.lab);
    expect(Object.fromEntries(after.files)).toEqual(Object.fromEntries(before.files));
    expect(rewritten(before, after)).toEqual(EDITS.map(({ node }) => `${node}:${CRONTAB}`));
    expect(after.started).toEqual(before.started);
  });

  it('is respected where it pauses the automation: a commented-out line is reported and stays', async () => {
    const armed = await crontab('node2');
    await scene.lab.node('node2').script(edited('s/^[^#].*bin\\/kbha -A daemon/# &/'), { label: 'comment kbha out' });
    const paused = await crontab('node2');
    expect(paused).not.toBe(armed);
    const run = await runProgram(scene.lab, 'up', ['--refresh']);
    expect({ ok: run.ok, changed: run.changed }).toEqual({ ok: true, changed: [] });
    expect(changesShown(scene.lab, run, 'node2-member')).toMatchObject([
      { path: 'observed.automation', old: '"active"', new: '"paused"' },
    ]);
    expect(run.outputs['topology']).toContain('node2: automation is paused');
    expect((await observeLab(scene.lab)).warnings).toEqual([expect.stringContaining('node2: automation is paused')]);
    expect(await crontab('node2')).toBe(paused);

    await scene.lab.node('node2').exec(['/usr/local/lib/pulumi-kingbase/automation.sh', 'resume']);
    expect(await crontab('node2')).toBe(armed);
    const again = await runProgram(scene.lab, 'up', ['--refresh']);
    expect({ ok: again.ok, changed: again.changed }).toEqual({ ok: true, changed: [] });
    await expectHealthy(scene.lab, { primary: 'node1' });
  });
});
