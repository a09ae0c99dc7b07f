// Proves: records under kingbase:actions recover a V8R3 cluster through the project's own program: a former primary comes back by the vendor's script, with slot,
// synchronous standby and attachment proved; a rewind that fails leaves no half-rewound database running; after both gateways were lost the whole cluster
// starts in its order, as it does after an orderly stop; a second primary is stopped, and what only it has is in the evidence to its last commit; automation
// stops and starts. The same id again does nothing. No acknowledged write is missing on either database afterwards.
// Seen to fail: with the words of sys_rewind not looked at, the database whose rewind failed stayed up as a standby that streams from nobody, and the record went on.
// With the WAL not copied again once a second primary was stopped (keep_what_it_wrote_last), the evidence had nothing of that moment. With nothing noted to resume, the
// cron lines were lost, and the next stopAutomation failed. What a database that was stopped in order looks like: test/core/v8r3/actionScripts.test.ts.
// Does not prove: the vendor's own scripts and sys_rewind; the lab's are ours, in their steps and words.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { beforeEach, expect, it } from 'vitest';
import type { ActionRecord } from '../../../core/action/record';
import { V8R3_ACTION, V8R3_LIBRARY } from '../../../core/v8r3/render/actionFiles';
import type { V8r3NodePlan } from '../../../core/v8r3/plan/types';
import { applyFault, undoFault } from '../../../lab/faults';
import { poll } from '../../../lab/run';
import { stackFiles } from '../../../lab/stack/stackFile';
import { observeV8r3 } from '../../../lab/v8r3Lab';
import { asOwner, isStandby, stopDatabase, v8r3Sql } from '../../../lab/v8r3Start';
import { describeLab } from '../../lab/support/describeLab';
import { runProgram, type ProgramRun } from '../../lab/support/program';
import { expectNothingLost, healthy, openWriter, otherOf, primaryOf, useV8r3Lab } from '../../lab/support/v8r3Scene';

describeLab('recovery actions of V8R3', () => {
  const scene = useV8r3Lab();
  const records: object[] = [];
  beforeEach(() => healthy(scene));

  /** The list grows, as an operator's does. */
  function declare(kind: string, inputs: object = {}): string {
    const requestId = `${kind}-${records.length + 1}`;
    records.push({ requestId, kind, inputs });
    writeRecords();
    return requestId;
  }

  function writeRecords(): void {
    const { config: file } = stackFiles(scene.lab.name);
    const text = load(readFileSync(file, 'utf8')) as { config: Record<string, unknown> };
    text.config['kingbase:actions'] = records;
    writeFileSync(`${file}.edited`, dump(text, { lineWidth: -1 }), { mode: 0o600 });
    renameSync(`${file}.edited`, file);
  }

  async function up(): Promise<ProgramRun> {
    return runProgram(scene.lab, 'up');
  }

  async function recordOf(node: string, id: string): Promise<ActionRecord> {
    const { stdout } = await scene.lab.node(node).exec([V8R3_ACTION, '--status', id]);
    return JSON.parse(stdout) as ActionRecord;
  }

  /** What it refuses with; nothing was changed. */
  async function refusal(node: string, ...words: readonly string[]): Promise<string> {
    const done = await scene.lab
      .node(node)
      .exec([V8R3_ACTION, '--dry-run', 'dry', ...words], { anyExit: true, timeoutMs: 300_000 });
    expect(done.code, done.stdout + done.stderr).toBe(3);
    return /REFUSED ([\w/-]+)/.exec(done.stdout + done.stderr)?.[1] ?? '';
  }

  async function automationOf(node: string): Promise<string> {
    const done = await scene.lab.node(node).exec([`${V8R3_LIBRARY}/automation.sh`, 'status']);
    return done.stdout.trim();
  }

  /** The watchdog fails over; the killed one stays down. */
  async function loseThePrimary(): Promise<{ old: V8r3NodePlan; next: V8r3NodePlan }> {
    const old = await primaryOf(scene);
    const next = otherOf(scene, old);
    await applyFault(scene.lab, 'kill-primary');
    const done = await poll(
      async () => {
        const { poolNodes } = await observeV8r3(scene.lab);
        const says = (host: string, role: string, status: string): boolean =>
          poolNodes.some((each) => each.host === host && each.role === role && each.status === status);
        return (says(next.host, 'primary', 'up') && says(old.host, 'standby', 'down')) || undefined;
      },
      180_000,
      1_000,
    );
    expect(done, 'a failover by the watchdog').toBe(true);
    return { old, next };
  }

  it('brings a former primary back, once for each id', async () => {
    const writer = await openWriter(scene, 'recover_node');
    try {
      const { old, next } = await loseThePrimary();
      expect(await isStandby(scene.lab, old), 'nobody has decided that it is a standby').toBe(false);
      const id = declare('recoverNode', { node: old.name });
      const ran = await up();
      expect(ran.text).toContain('DISCARDS what only this node wrote');
      expect(ran.code, ran.text).toBe(0);
      expect(await recordOf(old.name, id)).toMatchObject({
        state: 'succeeded',
        result: { primary: next.name, already: false, rewind: 'done', synchronous: true },
        after: { role: 'standby' },
      });
      await healthy(scene);
      expect(await automationOf(old.name)).toBe('running 2 paused 0');
      const again = await up();
      expect(again.changed).toEqual([]);
      expect(await refusal(next.name, 'recoverNode', `node=${next.name}`)).toBe('v8r3/is-primary');
      // Under its old id it is not another request.
      records[0] = { requestId: id, kind: 'recoverNode', inputs: { node: old.name, maxSeconds: 600 } };
      writeRecords();
      const changed = await runProgram(scene.lab, 'preview');
      expect(changed.ok).toBe(false);
      expect(changed.text).toMatch(/maxSeconds of request recoverNode-1 was not given and is 600 now/);
      records[0] = { requestId: id, kind: 'recoverNode', inputs: { node: old.name } };
      writeRecords();
    } finally {
      await writer.stop();
    }
    await expectNothingLost(scene, writer);
  });

  it('leaves no half-rewound database running', async () => {
    const writer = await openWriter(scene, 'half_rewound');
    const { old, next } = await loseThePrimary();
    const foreign = `${old.paths.data}/foreign`;
    try {
      // sys_rewind cannot read what is root's; the server starts beside it all the same, as network_rewind.sh lets it.
      await scene.lab.node(old.name).exec(['install', '-d', '-m', '0700', foreign]);
      const failed = declare('recoverNode', { node: old.name });
      const ran = await up();
      expect(ran.code).not.toBe(0);
      expect(ran.text).toMatch(/sys_rewind failed: .*[Pp]ermission denied/);
      expect(await recordOf(old.name, failed)).toMatchObject({ state: 'failed' });
      const seen = (await observeV8r3(scene.lab)).nodes;
      expect(seen.find(({ name }) => name === old.name)?.database).toBe('down');
      expect(seen.find(({ name }) => name === next.name)?.database).toBe('primary');
      const started = await scene.lab
        .node(old.name)
        .exec([`${old.paths.bin}/sys_ctl`, '-D', old.paths.data, '-w', '-t', '30', 'start'], {
          as: 'kingbase',
          anyExit: true,
        });
      expect(started.code, 'nobody starts it by mistake').not.toBe(0);
      expect(started.stdout + started.stderr).toContain('pulumi_kingbase_half_rewound');
      expect(await automationOf(old.name)).toBe('running 0 paused 2');

      await scene.lab.node(old.name).exec(['rmdir', foreign]);
      // A failed one is not repeated: its record goes, another id comes.
      records.pop();
      const id = declare('recoverNode', { node: old.name, maxSeconds: 900 });
      (records.at(-1) as { requestId: string }).requestId = `${id}-again`;
      writeRecords();
      const repaired = await up();
      expect(repaired.code, repaired.text).toBe(0);
      await healthy(scene);
      expect(await automationOf(old.name), 'who paused it was us').toBe('running 2 paused 0');
    } finally {
      await writer.stop();
    }
    await expectNothingLost(scene, writer);
  });

  it('starts everything again after both gateways were lost', async () => {
    const { lab, plan } = scene;
    const writer = await openWriter(scene, 'restart_all');
    try {
      const before = await primaryOf(scene);
      expect(await refusal(before.name, 'restartAll')).toBe('v8r3/database-runs');
      await applyFault(lab, 'drop-gateway');
      const stopped = await poll(
        async () => (await observeV8r3(lab)).nodes.every(({ database }) => database === 'down') || undefined,
        300_000,
        2_000,
      );
      expect(stopped, 'every database is stopped').toBe(true);
      expect(await refusal(before.name, 'restartAll')).toBe('v8r3/no-gateway');
      await undoFault(lab, 'drop-gateway');
      const id = declare('restartAll');
      const ran = await up();
      expect(ran.code, ran.text).toBe(0);
      const runsOn = plan.spec.pools[0] as string;
      expect(await recordOf(runsOn, id)).toMatchObject({
        state: 'succeeded',
        result: { primary: before.name, synchronous: true, leftDown: [] },
      });
      await healthy(scene);
      expect((await primaryOf(scene)).name).toBe(before.name);
      for (const { name } of plan.nodes) expect(await automationOf(name)).toBe('running 2 paused 0');
      expect(await writer.firstAckAfter(Date.now(), 60_000), 'writes go on').toBeDefined();
    } finally {
      await undoFault(lab, 'drop-gateway');
      await writer.stop();
    }
    await expectNothingLost(scene, writer);
  });

  it('promotes the standby that is named, and the former primary waits for its own record', async () => {
    const { lab, plan } = scene;
    const writer = await openWriter(scene, 'promoted');
    try {
      const old = await primaryOf(scene);
      const next = otherOf(scene, old);
      await applyFault(lab, 'drop-gateway');
      const stopped = await poll(
        async () => (await observeV8r3(lab)).nodes.every(({ database }) => database === 'down') || undefined,
        300_000,
        2_000,
      );
      expect(stopped, 'every database is stopped').toBe(true);
      await undoFault(lab, 'drop-gateway');
      // Commits waited for it: what it may lack, nobody was told of.
      const id = declare('restartAll', { primary: next.name, lossAccepted: true });
      const ran = await up();
      expect(ran.code, ran.text).toBe(0);
      expect(await recordOf(plan.spec.pools[0] as string, id)).toMatchObject({
        result: { primary: next.name, leftDown: [old.name] },
      });
      const seen = (await observeV8r3(lab)).nodes;
      expect(seen.find(({ name }) => name === old.name)?.database).toBe('down');
      // Whatever AUTO_PRIMARY_RECOVERY says, nobody touches it; the pool there is watched as before.
      expect(await automationOf(old.name)).toBe('running 1 paused 1');
      declare('recoverNode', { node: old.name });
      const recovered = await up();
      expect(recovered.code, recovered.text).toBe(0);
      await healthy(scene);
      expect((await primaryOf(scene)).name).toBe(next.name);
    } finally {
      await undoFault(lab, 'drop-gateway');
      await writer.stop();
    }
    await expectNothingLost(scene, writer);
  });

  it('takes the primary of an orderly stop for the newest', async () => {
    const { lab, plan } = scene;
    const writer = await openWriter(scene, 'orderly');
    try {
      const before = await primaryOf(scene);
      declare('stopAutomation');
      const stopped = await up();
      expect(stopped.code, stopped.text).toBe(0);
      for (const { name, paths } of plan.nodes) {
        const pid = `${paths.log}/kingbasecluster/kingbasecluster.pid`;
        await lab
          .node(name)
          .script(
            `pid=$(tr -d '\\0' <${pid}); kill -INT "$pid"; for _ in $(seq 100); do [ -d "/proc/$pid" ] || exit 0; sleep 0.3; done; exit 1`,
            { label: 'stop the pool' },
          );
      }
      // The standby applies the primary's last checkpoint, and its control data then goes further than the primary's.
      for (const node of [before, otherOf(scene, before)])
        await asOwner(lab, node, stopDatabase(node), 'stop the database');
      const id = declare('restartAll');
      const ran = await up();
      expect(ran.code, ran.text).toBe(0);
      expect(await recordOf(plan.spec.pools[0] as string, id)).toMatchObject({
        state: 'succeeded',
        result: { primary: before.name, synchronous: true, leftDown: [] },
      });
      await healthy(scene);
      expect((await primaryOf(scene)).name).toBe(before.name);
      // Who paused it was somebody else.
      for (const { name } of plan.nodes) expect(await automationOf(name)).toBe('running 0 paused 2');
      declare('startAutomation');
      const started = await up();
      expect(started.code, started.text).toBe(0);
    } finally {
      await writer.stop();
    }
    await expectNothingLost(scene, writer);
  });

  it('stops a second primary where the record says so, and keeps what only it has', async () => {
    const { lab, plan } = scene;
    const writer = await openWriter(scene, 'second_primary');
    try {
      const { old, next } = await loseThePrimary();
      declare('stopAutomation');
      const paused = await up();
      expect(paused.code, paused.text).toBe(0);
      const { bin, data } = old.paths;
      await asOwner(lab, old, `${bin}/sys_ctl -D ${data} -w -t 60 -l ${data}/../logfile start >/dev/null`, 'start it');
      await v8r3Sql(lab.node(old.name), plan, 'set synchronous_commit = local; create table only_here (word text)');
      const alone = `n=0; while echo "set synchronous_commit = local; insert into only_here values ('alone-$((n + 1));')" | ${bin}/ask >/dev/null 2>&1; do n=$((n + 1)); echo "$n" >/tmp/alone; done`;
      await asOwner(
        lab,
        old,
        `setsid bash -c ${JSON.stringify(alone).replaceAll('$', '\\$')} >/dev/null 2>&1 </dev/null &`,
        'write on it',
      );
      expect(await refusal(old.name, 'recoverNode', `node=${old.name}`)).toBe('v8r3/runs-as-primary');
      // One that answers no SQL is not down.
      const signal = (word: string): Promise<unknown> =>
        lab.node(old.name).script(`kill -${word} "$(head -n 1 ${data}/*master.pid)"`, { label: word });
      await signal('STOP');
      try {
        expect(await refusal(old.name, 'recoverNode', `node=${old.name}`)).toBe('v8r3/runs-as-primary');
      } finally {
        await signal('CONT');
      }
      const id = declare('recoverNode', { node: old.name, stopFormerPrimary: true });
      const ran = await up();
      expect(ran.code, ran.text).toBe(0);
      expect(ran.text).toContain(`STOPS the database of ${old.name}`);
      const record = await recordOf(old.name, id);
      expect(record).toMatchObject({ state: 'succeeded', result: { primary: next.name, rewind: 'done' } });
      const evidence = String((record.result as { readonly evidence?: string }).evidence);
      const kept = await lab
        .node(old.name)
        .script(
          `last=$(cat /tmp/alone); grep -c 'shut down' ${evidence}/controldata.stopped.txt; find ${evidence}/wal -maxdepth 1 -type f -exec cat {} + | grep -ac "alone-$last;"; echo "$last"`,
          { label: 'what the evidence has' },
        );
      const [state, found, last] = kept.stdout.trim().split('\n').map(Number);
      expect(last, 'writes on the second primary').toBeGreaterThan(5);
      expect({ state, found: (found ?? 0) > 0 }, `the last of ${last} writes`).toEqual({ state: 1, found: true });
      declare('startAutomation');
      const started = await up();
      expect(started.code, started.text).toBe(0);
      await healthy(scene);
      expect(await v8r3Sql(lab.node(old.name), plan, "select to_regclass('only_here') is null")).toEqual(['t']);
    } finally {
      await writer.stop();
    }
    await expectNothingLost(scene, writer);
  });

  it('stops the automation and starts it again; a paused line is no drift', async () => {
    const { plan } = scene;
    declare('stopAutomation');
    const stopped = await up();
    expect(stopped.code, stopped.text).toBe(0);
    for (const { name } of plan.nodes) expect(await automationOf(name)).toBe('running 0 paused 2');
    const same = await runProgram(scene.lab, 'up', ['--refresh']);
    expect(same.changed).toEqual([]);
    for (const { name } of plan.nodes) expect(await automationOf(name)).toBe('running 0 paused 2');
    declare('startAutomation');
    const started = await up();
    expect(started.code, started.text).toBe(0);
    for (const { name } of plan.nodes) expect(await automationOf(name)).toBe('running 2 paused 0');
  });
});
