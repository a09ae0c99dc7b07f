// A certificate that ended stops nobody who is connected: the node goes missing at its next start, or at the next failure of a connection.
import { unproved } from '../../observedBackups';
import { defineRule } from '../../types';

export const requireUsableCertificates = defineRule({
  subject: 'kwdbLevels',
  id: 'kingbase-kwdb-require-usable-certificates',
  title: 'Certificates of every node of KWDB hold for 30 days, and nobody else reads their keys',
  group: 'status',
  level: 'advisory',
  severity: 'high',
  restsOn: 'observed',
  protectsFrom:
    'A certificate ends on a day that nobody looks at: nodes that start again after it are not let in, one by one, until the cluster has no majority. A key that others read is refused by the server at its next start.',
  evidence: 'S KWDB certificate_loader.go: keys of 0700 at most; tls.go: certificates are verified as Go does',
  hint: 'Make them anew with the same authority, and give them as `certificates` of kwdb:dr:Service, which places them and has them read again; or node by node by hand (chmod 600 for a key).',
  judge: ({ cluster, observed }) =>
    observed?.certificates === undefined
      ? [unproved(cluster, 'the certificates have not been looked at yet')]
      : observed.certificates.map((message) => ({ path: cluster, message })),
});
