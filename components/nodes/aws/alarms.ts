/**
 * What somebody is woken for: a host that fails its status check, a volume that fills up, a backup that is too old, and a load balancer that sees no
 * primary, or two.
 */
import { MetricAlarm } from '@pulumi/aws/cloudwatch/metricAlarm';
import type * as pulumi from '@pulumi/pulumi';
import { metricsNamespace, planNodeAlarms } from '../../../core/aws/metrics';
import type { Balancer } from './endpoint';
import { tagsOf, type Ground } from './ground';
import type { Host } from './instances';

const MINUTE = 60;

export function declareAlarms(
  ground: Ground,
  hosts: readonly Host[],
  balancer: Balancer | undefined,
): readonly MetricAlarm[] {
  const { plan } = ground;
  if (plan.spec.alarms === undefined) return [];
  return [
    ...hosts.map((host) => statusAlarm(ground, host)),
    ...planNodeAlarms(plan).map(({ suffix, ...alarm }) =>
      declareAlarm(ground, suffix, {
        ...alarm,
        namespace: metricsNamespace(plan.clusterSpec.name),
        statistic: 'Maximum',
        comparisonOperator: 'GreaterThanThreshold',
      }),
    ),
    ...(balancer === undefined ? [] : primaryAlarms(ground, balancer)),
  ];
}

interface Alarm {
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: 'Maximum' | 'Minimum';
  readonly threshold: number;
  readonly comparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly minutes: number;
}

function declareAlarm(
  ground: Ground,
  suffix: string,
  { description, minutes, dimensions, ...alarm }: Alarm,
): MetricAlarm {
  const { name, plan, parent } = ground;
  const actions = [plan.spec.alarms?.topicArn ?? ''];
  return new MetricAlarm(
    `${name}-${suffix}`,
    {
      ...alarm,
      dimensions: { ...dimensions },
      alarmDescription: description,
      period: MINUTE,
      evaluationPeriods: minutes,
      // Silence is no good news.
      treatMissingData: 'breaching',
      alarmActions: actions,
      okActions: actions,
      tags: tagsOf(ground, `${name}-${suffix}`),
    },
    { parent },
  );
}

function statusAlarm(ground: Ground, { plan, instance }: Host): MetricAlarm {
  return declareAlarm(ground, `${plan.name}-status`, {
    description: `${plan.name}: the instance or its host fails the status check`,
    namespace: 'AWS/EC2',
    metricName: 'StatusCheckFailed',
    dimensions: { InstanceId: instance.id },
    statistic: 'Maximum',
    threshold: 0,
    comparisonOperator: 'GreaterThanThreshold',
    minutes: 3,
  });
}

/** Standbys fail the check, and shall: what counts is that exactly one answers. */
function primaryAlarms(ground: Ground, { loadBalancer, targets }: Balancer): readonly MetricAlarm[] {
  const healthy = {
    namespace: 'AWS/NetworkELB',
    metricName: 'HealthyHostCount',
    dimensions: { LoadBalancer: loadBalancer.arnSuffix, TargetGroup: targets.arnSuffix },
  };
  return [
    declareAlarm(ground, 'no-primary', {
      ...healthy,
      description: 'no node answers the health check: clients reach no primary',
      statistic: 'Maximum',
      threshold: 1,
      comparisonOperator: 'LessThanThreshold',
      minutes: 3,
    }),
    declareAlarm(ground, 'two-primaries', {
      ...healthy,
      description: 'more than one node answers the health check',
      statistic: 'Minimum',
      threshold: 1,
      comparisonOperator: 'GreaterThanThreshold',
      minutes: 2,
    }),
  ];
}
