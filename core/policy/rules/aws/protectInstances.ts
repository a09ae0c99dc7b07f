// A click is not enough to end a host.
import { defineRule } from '../../types';

export const protectInstances = defineRule({
  subject: 'awsResource',
  id: 'kingbase-aws-protect-instances',
  title: 'Hosts and load balancers on AWS are protected against deletion',
  group: 'recovery',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'The wrong row in the console, or a cleaning script, ends the primary.',
  evidence: 'AWS: termination protection refuses the call until it is lifted',
  hint: 'Take the node out of `replace` again when it has rejoined; load balancers are protected with production: true.',
  judge: ({ kind, name, props }) => {
    const key = { Instance: 'disableApiTermination', LoadBalancer: 'enableDeletionProtection' }[kind];
    return key === undefined || props[key] === true ? [] : [{ path: name, message: `${key} is off` }];
  },
});
