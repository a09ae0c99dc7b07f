// The policy pack: `pulumi preview --policy-pack policy`. Loading this file starts its server; the policies alone are in policies.ts.
import { PolicyPack } from '@pulumi/policy';
import { kingbasePolicies } from './policies';

new PolicyPack('pulumi-kingbase', {
  displayName: 'pulumi-kingbase',
  description: 'KingbaseES clusters that survive what happens to them, and can be brought back',
  policies: kingbasePolicies(),
});
