/** Roles of the nodes: only where they call an API, and only with those rights; database nodes alone may move what follows the primary. */
import { InstanceProfile } from '@pulumi/aws/iam/instanceProfile';
import { Role } from '@pulumi/aws/iam/role';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy';
import type * as pulumi from '@pulumi/pulumi';
import { assumeRole, nodePolicy, type PolicyDocument } from '../../../core/aws/policies';
import type { NodeRole } from '../../../core/spec/types';
import { tagsOf, type Ground } from './ground';

export interface Profile {
  readonly name: pulumi.Output<string>;
  readonly policy: pulumi.Resource;
}

export type ProfileOf = (role: NodeRole) => Profile | undefined;

export function declareProfiles(ground: Ground): ProfileOf {
  const roles = new Set(ground.plan.nodes.map(({ role }) => role));
  const database = declareProfile(ground, 'node', nodePolicy(ground.plan, 'database'));
  const others = roles.has('witness') || roles.has('repository');
  const other = others ? declareProfile(ground, 'other', nodePolicy(ground.plan, 'repository')) : undefined;
  return (role) => (role === 'database' ? database : other);
}

function declareProfile(ground: Ground, suffix: string, policy: PolicyDocument | undefined): Profile | undefined {
  const { name, plan, parent } = ground;
  if (policy === undefined) return undefined;
  const label = `${name}-${suffix}`;
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
