/** What nodes report, with which right, and which alarms rest on it. */
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { billableResources } from '../../../core/aws/billable';
import { planNodeAlarms } from '../../../core/aws/metrics';
import { nodePolicy } from '../../../core/aws/policies';
import type { AwsNodesPlan } from '../../../core/aws/types';
import { renderNode } from '../../../core/render/renderNode';
import { awsMessages, awsPlan, GIVEN_VPC, ONE_ZONE, REPORTED, TOPIC_ARN } from '../../support/awsNodes';

const templates = loadTemplates();
const BACKUP = { backup: { repository: 'repo' } };
const alarms = (more: object) => ({ alarms: { topicArn: TOPIC_ARN, ...more } });
const shown = (plan: AwsNodesPlan) => planNodeAlarms(plan).map(({ suffix, threshold }) => `${suffix} ${threshold}`);
const filesOf = (plan: AwsNodesPlan, name: string) => {
  const node = plan.cluster.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return renderNode(plan.cluster, node, templates).files;
};
const confOf = (plan: AwsNodesPlan, name: string) =>
  filesOf(plan, name).find(({ path }) => path === '/etc/pulumi-kingbase/metrics.conf')?.text;

describe('alarms of disks and backups', () => {
  it('are one for each volume, and one where backups run', () => {
    const plan = awsPlan(REPORTED, BACKUP);
    expect(shown(plan)).toEqual([
      'node1-data-used 80',
      'node1-wal-used 80',
      'node2-data-used 80',
      'node2-wal-used 80',
      'node3-data-used 80',
      'node3-wal-used 80',
      'repo-backup-used 85',
      'repo-backup-age 93600',
    ]);
    expect(planNodeAlarms(plan).at(-1)).toEqual({
      suffix: 'repo-backup-age',
      description: 'repo: the last good backup is older than 26 h, or there is none, or it is not reported',
      metricName: 'BackupAgeSeconds',
      dimensions: { Node: 'repo' },
      threshold: 93_600,
      minutes: 5,
    });
  });

  it('follow the thresholds that are given, and the schedule', () => {
    const wished = alarms({ diskUsedPercent: { wal: 60 }, backupMaxAgeHours: 30 });
    expect(shown(awsPlan(wished, BACKUP)).filter((one) => /node1|repo/.test(one))).toEqual([
      'node1-data-used 80',
      'node1-wal-used 60',
      'repo-backup-used 85',
      'repo-backup-age 108000',
    ]);
    const weekly = {
      backup: {
        repository: 'repo',
        schedule: { full: 'weekly on Sunday 02:00', differential: 'never', incremental: 'never' },
      },
    };
    expect(shown(awsPlan(REPORTED, weekly as typeof BACKUP)).at(-1)).toBe(`repo-backup-age ${(168 + 2) * 3600}`);
  });

  it('are none without backups, without reports, or without alarms', () => {
    expect(shown(awsPlan(REPORTED)).filter((one) => one.includes('age'))).toEqual([]);
    expect(shown(awsPlan({}, BACKUP))).toEqual([]);
    expect(shown(awsPlan({ ...ONE_ZONE, alarms: undefined }, BACKUP))).toEqual([]);
  });

  it('are not taken where one would ring between any two backups', () => {
    expect(awsMessages(alarms({ backupMaxAgeHours: 24, nodeMetrics: true }), BACKUP)).toEqual([
      'alarms.backupMaxAgeHours: 24 h are not more than the 24 h between two backups of the schedule',
    ]);
    expect(awsMessages(alarms({ backupMaxAgeHours: 1 }))).toEqual([]);
  });

  it('need a way to CloudWatch', () => {
    expect(awsMessages({ ...GIVEN_VPC, ...REPORTED })).toEqual([
      'network.apiNetworks: is empty, and nodes must reach CloudWatch, to report disks and backups (alarms.nodeMetrics)',
    ]);
    expect(awsPlan(REPORTED).apiNetworks).toEqual(['10.20.0.0/24', '10.20.1.0/24', '10.20.2.0/24']);
  });

  it('are billed, and so is what they rest on', () => {
    const billed = billableResources('orders', awsPlan({ ...REPORTED, nodes: [{ name: 'node1' }, { name: 'node2' }] }));
    expect(billed['interface VPC endpoint']).toEqual(['orders-monitoring (3 subnets)']);
    expect(billed['CloudWatch metric of our own']).toEqual([
      'DiskUsedPercent node1 data',
      'DiskUsedPercent node1 wal',
      'DiskUsedPercent node2 data',
      'DiskUsedPercent node2 wal',
    ]);
    expect(billed['CloudWatch alarm']).toContain('orders-node2-wal-used');
  });
});

describe('the right to report', () => {
  const report = {
    Sid: 'Report',
    Effect: 'Allow',
    Action: 'cloudwatch:PutMetricData',
    Resource: '*',
    Condition: { StringEquals: { 'cloudwatch:namespace': 'pulumi-kingbase/orders' } },
  };

  it('is all that a node has which cannot be primary', () => {
    const plan = awsPlan({ ...ONE_ZONE, ...REPORTED, endpoint: { kind: 'secondaryAddress' } });
    expect(nodePolicy(plan, 'repository')?.Statement).toEqual([report]);
    expect(nodePolicy(plan, 'database')?.Statement.map(({ Sid }) => Sid)).toEqual([
      'Look',
      'MoveTheAddress',
      'ClaimATimeline',
      'Report',
    ]);
  });
});

describe('what lands on a node', () => {
  it('names its own volumes, and the records of backups where they run', () => {
    const plan = awsPlan(REPORTED, BACKUP);
    expect(confOf(plan, 'node1')).toBe(
      [
        '# Whole file of pulumi-kingbase. What metrics.py reports of this node; no secret.',
        "node='node1'",
        "region='cn-north-1'",
        "namespace='pulumi-kingbase/orders'",
        "backup=''",
        "volume_data='/kbdata'",
        "volume_wal='/kbwal'",
        '',
      ].join('\n'),
    );
    expect(confOf(plan, 'repo')).toContain(
      "backup='/var/lib/pulumi-kingbase/orders/backup'\nvolume_backup='/kbrepo'\n",
    );
    expect(confOf(awsPlan({}, BACKUP), 'repo')).toBeUndefined();
    expect(confOf(awsPlan({ ...REPORTED, repository: { bucket: 'b-orders' } }, V9_WITHOUT), 'repo')).toBeUndefined();
  });

  it('is a timer, its service, and what signs calls once, also beside the mover of an endpoint', () => {
    const own = /metrics|aws\.py/;
    const plan = awsPlan({ ...ONE_ZONE, ...REPORTED, endpoint: { kind: 'secondaryAddress' } });
    const paths = filesOf(plan, 'node1').map(({ path }) => path);
    expect(paths.filter((path) => own.test(path)).sort()).toEqual([
      '/etc/pulumi-kingbase/metrics.conf',
      '/etc/systemd/system/pulumi-kingbase-metrics.service',
      '/etc/systemd/system/pulumi-kingbase-metrics.timer',
      '/usr/local/lib/pulumi-kingbase/aws.py',
      '/usr/local/lib/pulumi-kingbase/metrics.py',
    ]);
    expect(new Set(paths).size).toBe(paths.length);
    const timer = filesOf(awsPlan(REPORTED), 'node2').find(({ path }) => path.endsWith('.timer'));
    expect(timer).toMatchObject({ onChange: 'timers', text: expect.stringContaining('OnCalendar=*:0/1') as string });
  });
});

const V9_WITHOUT = { version: 'V9' } as const;
