/** Our entries among those of others: tables for each case, and a property over any order of re-applies and of the vendor's script. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BACKUP_BLOCK,
  planCron,
  readCron,
  removeCron,
  type CronPlan,
  type CronRequest,
  type CronTables,
} from '../../../core/backup/cronTable';

const RMAN = '/k/bin/sys_rman --config=/kbrepo/sys_rman.conf --stanza=kingbase';
const JOB = '/usr/local/lib/pulumi-kingbase/backup-job.sh';
const FULL = `0 2 * * 0 kingbase ${JOB} full ${RMAN} --archive-copy --type=full backup >> /k/log/full.log 2>&1`;
const INCR = `0 4 * * * kingbase ${JOB} incremental ${RMAN} --archive-copy --type=incr backup >> /k/log/incr.log 2>&1`;
const DRILL = `0 5 1 * * kingbase ${JOB} drill /usr/local/lib/pulumi-kingbase/drill.sh >> /k/log/drill.log 2>&1`;
const VENDOR = `0 2 */7 * * kingbase ${RMAN} --archive-copy --type=full backup >>/tmp/sys_rman_backup_full.log 2>&1`;
const KBHA = '# BEGIN pulumi-kingbase\n*/1 * * * * kingbase /k/bin/kbha -A daemon\n# END pulumi-kingbase\n';

const request = (changes: Partial<CronRequest> = {}): CronRequest => ({
  host: 'repo',
  stanza: 'kingbase',
  cron: {
    form: 'cron.d',
    path: '/etc/cron.d/KINGBASECRON',
    lines: [
      { job: 'full', line: FULL },
      { job: 'incremental', line: INCR },
      { job: 'drill', line: DRILL },
    ],
  },
  vendorCronLines: 'replace',
  ...changes,
});
const inCrontab = request({
  cron: { form: 'crontab', path: 'crontab:kingbase', lines: [{ job: 'full', line: FULL.replace('kingbase ', '') }] },
});

function written(plan: CronPlan): Extract<CronPlan, { kind: 'write' }> {
  if (plan.kind !== 'write') throw new Error(plan.finding.message);
  return plan;
}
const apply = (tables: CronTables, wanted = request()): CronTables => ({
  ...tables,
  ...written(planCron(tables, wanted)).tables,
});
const none: CronTables = { file: undefined, crontab: undefined };
const active = (tables: CronTables, text: string): number =>
  `${tables.file ?? ''}\n${tables.crontab ?? ''}`.split('\n').filter((line) => line === text).length;

describe('planCron', () => {
  it('puts every entry behind what is there, once', () => {
    const tables = apply({ file: KBHA, crontab: '5 5 * * * other' });
    expect(tables.file?.startsWith(KBHA)).toBe(true);
    expect(tables.file).toContain(`# BEGIN ${BACKUP_BLOCK}\n`);
    expect([FULL, INCR, DRILL].map((line) => active(tables, line))).toEqual([1, 1, 1]);
    expect(tables.crontab).toBe('5 5 * * * other');
    expect(written(planCron(tables, request()))).toEqual({ kind: 'write', tables: {}, taken: [], paused: [] });
  });

  it('keeps its place when an entry changes', () => {
    const behind = `${apply(none).file}7 7 * * * root later\n`;
    const tables = apply({ file: behind.replace('0 2 * * 0', '0 3 * * 0'), crontab: undefined });
    expect(tables.file).toBe(behind);
  });

  it('leaves an entry that was commented out so, also when its text changes', () => {
    const paused = apply(none).file?.replace(FULL, `# ${FULL}`) ?? '';
    const state = readCron({ file: paused, crontab: undefined }, request());
    expect(state.entries).toEqual({ full: 'paused', incremental: 'active', drill: 'active' });
    const plan = written(planCron({ file: paused.replace('0 4 * * *', '0 9 * * *'), crontab: undefined }, request()));
    expect(plan.paused).toEqual(['full']);
    expect(plan.tables.file).toContain(`\n#${FULL}\n`);
    expect(active({ file: plan.tables.file, crontab: undefined }, INCR)).toBe(1);
  });

  it('puts back what was deleted', () => {
    const without = apply(none).file?.replace(`${FULL}\n`, '') ?? '';
    expect(readCron({ file: without, crontab: undefined }, request()).entries.full).toBe('missing');
    expect(active(apply({ file: without, crontab: undefined }), FULL)).toBe(1);
  });

  it('refuses entries of the vendor, with both texts', () => {
    const plan = planCron({ file: `${KBHA}${VENDOR}\n`, crontab: undefined }, request({ vendorCronLines: 'refuse' }));
    expect(plan).toMatchObject({ kind: 'refuse', finding: { code: 'backup/vendor-cron-lines', path: 'repo' } });
    const text = JSON.stringify(plan);
    expect(text).toContain(`/etc/cron.d/KINGBASECRON:4: ${VENDOR}`);
    expect(text).toContain(FULL);
  });

  it.each([
    ['in the file', { file: `${KBHA}${VENDOR}\n`, crontab: undefined }],
    ['in the crontab', { file: KBHA, crontab: VENDOR.replace('kingbase ', '') }],
    ['of an old build', { file: VENDOR.replace('bin/sys_rman', 'bin/sys_rman_v6'), crontab: undefined }],
  ])('takes an entry of the vendor %s out where that is declared', (_, tables) => {
    const plan = written(planCron(tables, request()));
    expect(plan.taken).toHaveLength(1);
    const after = { ...tables, ...plan.tables };
    expect(readCron(after, request())).toMatchObject({ vendor: [], copies: [] });
    expect(active(after, FULL)).toBe(1);
  });

  it('takes no entry out that backs up to another repository: it may be of another cluster with the same stanza', () => {
    const other = VENDOR.replace('/kbrepo/', '/other/');
    const plan = planCron({ file: `${other}\n${VENDOR}\n`, crontab: undefined }, request());
    expect(plan).toMatchObject({ kind: 'refuse', finding: { code: 'backup/foreign-cron-lines', path: 'repo' } });
    expect(JSON.stringify(plan)).toContain(`KINGBASECRON:1: ${other}`);
    expect(JSON.stringify(plan)).not.toContain(VENDOR);
    const old = VENDOR.replace('sys_rman.conf', 'sys_rman_v6.conf');
    expect(written(planCron({ file: old, crontab: undefined }, request())).taken).toEqual([old]);
  });

  it.each([
    ['commented out', `# ${VENDOR}`],
    ['for another stanza', VENDOR.replace('--stanza=kingbase', '--stanza=kingbase2')],
    ['that makes no backup', VENDOR.replace(' backup ', ' info ')],
    ['of our script for another stanza', FULL.replace('--stanza=kingbase', '--stanza=other')],
    ['of a job that is not declared', FULL.replace('job.sh full', 'job.sh verify')],
  ])('leaves an entry %s alone', (_, line) => {
    const tables = apply({ file: `${line}\n`, crontab: undefined });
    expect(tables.file?.startsWith(`${line}\n`)).toBe(true);
    expect(readCron(tables, request({ vendorCronLines: 'refuse' }))).toMatchObject({ vendor: [], copies: [] });
  });

  it('takes copies of ours away: outside the block, in the other place, and a second one in it', () => {
    const twice = apply(none).file?.replace(`${FULL}\n`, `${FULL}\n${FULL}\n`) ?? '';
    const tables = { file: `${FULL}\n${twice}`, crontab: FULL };
    expect(readCron(tables, request()).copies).toHaveLength(3);
    expect(active(apply(tables), FULL)).toBe(1);
  });

  it('moves to the other place with the form of the version', () => {
    const tables = apply(apply(none), inCrontab);
    expect(tables.file).toBe('');
    expect(tables.crontab).toContain(`# BEGIN ${BACKUP_BLOCK}\n`);
  });

  it('heals a block whose end was cut away', () => {
    const cut = apply(none).file?.replace(/# END.*\n/, '') ?? '';
    const tables = apply({ file: cut, crontab: undefined });
    expect([FULL, INCR, DRILL].map((line) => active(tables, line))).toEqual([1, 1, 1]);
    expect(tables, 'and nothing of the old one stays').toEqual(apply(none));
  });

  it('has no block where nothing is declared', () => {
    const nothing = request({ cron: { ...request().cron, lines: [] } });
    expect(apply(apply({ file: KBHA, crontab: undefined }), nothing).file).toBe(KBHA);
  });
});

describe('removeCron', () => {
  it('leaves what others wrote', () => {
    const tables = apply({ file: KBHA, crontab: undefined });
    expect(removeCron(tables)).toEqual({ file: KBHA });
    expect(removeCron({ file: KBHA, crontab: undefined })).toEqual({});
  });
});

describe('any order of re-applies and of the vendor’s script', () => {
  const pattern = /sys_rman --config.*--type=(full|incr) backup/;
  const stop = (table: string | undefined): string =>
    (table ?? '')
      .split('\n')
      .filter((line) => !pattern.test(line))
      .join('\n');
  const acts: Readonly<Record<string, (tables: CronTables) => CronTables>> = {
    apply: (tables) => apply(tables),
    start: (tables) => ({ ...tables, file: `${stop(tables.file)}\n${VENDOR}\n` }),
    startCrontab: (tables) => ({ ...tables, crontab: `${stop(tables.crontab)}\n${VENDOR.replace('kingbase ', '')}\n` }),
    stop: (tables) => ({ file: stop(tables.file), crontab: stop(tables.crontab) }),
    copy: (tables) => ({ ...tables, crontab: `${tables.crontab ?? ''}\n${FULL}\n` }),
  };

  it('ends with exactly one active entry per job after the next apply', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(acts)), { maxLength: 30 }), (order) => {
        const before = order.reduce<CronTables>((tables, act) => acts[act]?.(tables) ?? tables, {
          file: KBHA,
          crontab: undefined,
        });
        const tables = apply(before);
        const state = readCron(tables, request());
        expect(state).toEqual({
          entries: { full: 'active', incremental: 'active', drill: 'active' },
          vendor: [],
          copies: [],
        });
        expect([FULL, INCR, DRILL].map((line) => active(tables, line))).toEqual([1, 1, 1]);
        expect(written(planCron(tables, request())).tables).toEqual({});
      }),
      { numRuns: 200 },
    );
  });
});
