// Who runs backups, with which lines of cron, and what the servers archive with.
import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../core/topology/planCluster';
import type { ClusterPlan } from '../../../core/topology/types';
import { makeBackedSpec, makeSpec, OBJECT_STORE } from '../../support/specs';

const BIN = '/home/kingbase/cluster/lab/kingbase/bin';
const LOG = '/home/kingbase/cluster/lab/kingbase/log';
const CONF = '/kbrepo/kbbr_repo/sys_rman.conf';
const JOB = '/usr/local/lib/pulumi-kingbase/backup-job.sh';

const planOf = (...args: Parameters<typeof makeBackedSpec>): ClusterPlan => planCluster(makeBackedSpec(...args));

function lines(plan: ClusterPlan, name: string): readonly string[] | undefined {
  return plan.nodes.find((node) => node.name === name)?.backup?.cron.lines.map(({ line }) => line);
}

describe('planBackup', () => {
  it('plans nothing where no backups are declared', () => {
    const plan = planCluster(makeSpec());
    expect(plan.backup).toBeUndefined();
    expect(plan.nodes.map(({ backup }) => backup)).toEqual([undefined, undefined, undefined]);
  });

  it('runs the jobs on the host of the repository only, by default a physical backup each day', () => {
    const plan = planOf();
    const rman = `${BIN}/sys_rman --config=${CONF} --stanza=kingbase`;
    expect(plan.backup).toMatchObject({ placement: 'external', hosts: ['repo'], conf: CONF });
    expect(lines(plan, 'node1')).toEqual([]);
    expect(lines(plan, 'repo')).toEqual([
      `0 2 * * 0 kingbase ${JOB} full ${rman} --archive-copy --type=full backup >> ${LOG}/sys_rman_backup_full.log 2>&1`,
      `0 4 * * * kingbase ${JOB} incremental ${rman} --archive-copy --type=incr backup >> ${LOG}/sys_rman_backup_incr.log 2>&1`,
      expect.stringMatching(/^0 6 \* \* \* kingbase .* verify /),
      expect.stringMatching(/^0 5 1 \* \* kingbase .* drill /),
    ]);
  });

  it('lets the vendor’s own pattern find its lines', () => {
    expect(lines(planOf(), 'repo')?.[0]).toMatch(/sys_rman --config.*--type=full backup/);
  });

  it('writes no user column into the crontab of V9', () => {
    const plan = planOf({}, { version: 'V9' });
    expect(plan.backup?.cron).toMatchObject({ form: 'crontab', path: 'crontab:kingbase' });
    expect(lines(plan, 'repo')?.[0]).toMatch(/^0 2 \* \* 0 \/usr\/local\//);
  });

  it('leaves out what never runs, and adds differential backups where they are wanted', () => {
    const plan = planOf({
      schedule: { differential: 'Wednesday 03:00', incremental: 'never' },
      verify: { schedule: 'never' },
      drill: { schedule: 'never' },
    });
    expect(plan.backup?.cron.lines.map(({ job }) => job)).toEqual(['full', 'differential']);
    expect(lines(plan, 'repo')?.[1]).toContain('--type=diff backup');
  });

  it('takes a database node as the internal host, and leaves a witness out', () => {
    const witness = { role: 'witness' };
    const plan = planOf({ repository: 'node2' }, { nodes: named({ node3: witness }), virtualIp: undefined });
    expect(plan.backup).toMatchObject({ placement: 'internal', hosts: ['node2'] });
    expect(plan.nodes.map(({ backup }) => backup?.holdsRepository)).toEqual([false, true, undefined]);
  });

  it('backs each database node up for itself with perNode, which needs archive_mode always', () => {
    const plan = planOf({ repository: { kind: 'perNode' }, newerKeys: true }, { archive: { mode: 'on' } });
    expect(plan.backup).toMatchObject({ placement: 'perNode', hosts: ['node1', 'node2', 'node3'] });
    expect(plan.backup?.archive.mode).toBe('always');
    expect(plan.nodes.find(({ name }) => name === 'repo')?.backup).toBeUndefined();
    for (const name of ['node1', 'node2', 'node3']) expect(lines(plan, name)).toHaveLength(4);
  });

  it('keeps sys_rman.conf in a directory of the same name on every node, with an object store too', () => {
    const plan = planOf({ s3: OBJECT_STORE, newerKeys: true });
    expect(plan.nodes.map(({ backup }) => backup?.conf)).toEqual([CONF, CONF, CONF, CONF]);
    expect(plan.backup?.repositories).toEqual([
      { kind: 's3', node: 'repo', path: '/kbrepo/kbbr_repo', verifyTls: true, ...OBJECT_STORE },
    ]);
  });

  it('archives with the vendor’s final command, the same text on every node', () => {
    const { spec, backup } = planOf();
    const command = `export TZ=Asia/Shanghai;${BIN}/sys_rman --config ${CONF} --stanza=kingbase archive-push %p`;
    expect(spec.archive).toEqual({ mode: 'on', to: 'repository', command });
    expect(backup?.archive).toEqual({ mode: 'on', command });
  });

  it('lets ssh pass between the repository’s host and the databases, both ways', () => {
    const { nodes } = planOf();
    const sources = (name: string): readonly string[] =>
      nodes.find((node) => node.name === name)?.firewall.find(({ why }) => why.startsWith('ssh'))?.sources ?? [];
    expect(sources('node1')).toContain('10.77.0.14/32');
    expect(sources('repo')).toEqual(['10.77.0.11/32', '10.77.0.12/32', '10.77.0.13/32']);
  });
});

function named(more: Readonly<Record<string, object>>): object[] {
  return makeBackedSpec()
    .nodes.slice(0, 3)
    .map(({ name, host, hostKey }) => ({ name, host, hostKey, ...more[name] }));
}
