// TLS 1.0 and 1.1 are broken.
import { effectiveSetting } from '../../settings';
import { defineRule } from '../../types';

export const refuseOldTls = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-refuse-old-tls',
  title: 'Encrypted connections speak TLS 1.2 or newer',
  group: 'security',
  level: 'mandatory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'An attacker on the line forces the oldest version that both sides speak.',
  evidence: 'U RFC 8996; the product’s default is TLSv1',
  hint: 'Set database.parameters.ssl_min_protocol_version to TLSv1.2.',
  judge: (spec) => {
    const oldest = effectiveSetting(spec, 'ssl_min_protocol_version');
    return effectiveSetting(spec, 'ssl') === 'off' || oldest === 'TLSv1.2' || oldest === 'TLSv1.3'
      ? []
      : [{ path: 'database.parameters.ssl_min_protocol_version', message: `is ${oldest} while ssl is on` }];
  },
});
