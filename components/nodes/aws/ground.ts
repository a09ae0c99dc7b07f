/** What every part of the nodes stands on. */
import type * as pulumi from '@pulumi/pulumi';
import { CLUSTER_TAG } from '../../../core/aws/policies';
import type { AwsNodesPlan } from '../../../core/aws/types';

export interface Ground {
  /** Of the component: children are called after it. */
  readonly name: string;
  readonly plan: AwsNodesPlan;
  readonly parent: pulumi.Resource;
}

/** Rights of the nodes, and who finds them again, rest on the cluster's tag. */
export function tagsOf({ plan }: Ground, name: string): Record<string, string> {
  return { ...plan.spec.tags, Name: name, [CLUSTER_TAG]: plan.clusterSpec.name };
}
