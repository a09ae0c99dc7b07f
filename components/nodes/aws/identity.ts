/** The role of the database nodes: only where they call an API, and only with those rights. */
import { InstanceProfile } from '@pulumi/aws/iam/instanceProfile';
import { Role } from '@pulumi/aws/iam/role';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy';
import type * as pulumi from '@pulumi/pulumi';
import { assumeRole, nodePolicy } from '../../../core/aws/policies';
import { tagsOf, type Ground } from './ground';

export interface Profile {
  readonly name: pulumi.Output<string>;
  readonly policy: pulumi.Resource;
}

export function declareProfile(ground: Ground): Profile | undefined {
  const { name, plan, parent } = ground;
  const policy = nodePolicy(plan);
  if (policy === undefined) return undefined;
  const label = `${name}-node`;
  const opts = { parent };
  const role = new Role(
    label,
    { assumeRolePolicy: JSON.stringify(assumeRole(plan.partition)), tags: tagsOf(ground, label) },
    opts,
  );
  const rights = new RolePolicy(label, { role: role.id, policy: JSON.stringify(policy) }, opts);
  const profile = new InstanceProfile(label, { role: role.name, tags: tagsOf(ground, label) }, opts);
  return { name: profile.name, policy: rights };
}
