// The passwords of the vendor’s samples are in every search engine.
import { defineRule } from '../../types';

/** In small letters. */
const DEFAULTS = [
  '12345678ab',
  'kingbaseha110',
  'kingbase',
  'kingbase123',
  'system',
  '123456',
  '12345678',
  'manager',
  'esrep',
  // Of SUPERMANAGER_V8ADMIN, in clear in V8R3's installer.
  'kingbaseadmin',
];

export const refuseDefaultPasswords = defineRule({
  subject: 'secrets',
  id: 'kingbase-secrets-refuse-default-passwords',
  title: 'Passwords are long, different, and not the vendor’s',
  group: 'security',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'The defaults of the installer are printed in its manual; one password for both accounts makes a replication secret the superuser’s.',
  evidence: 'S install.conf and cluster_install.sh of the vendor',
  hint: "Set it before the first up: pulumi config set --secret --path 'kingbase:passwords.<name>'. The password of a cluster that exists cannot be changed by the program yet: waive this rule for it, with owner, reason and expiry.",
  config: {
    minimumLength: { type: 'integer', default: 10, minimum: 1, description: 'Least number of characters.' },
  },
  judge: ({ secrets }, { minimumLength }) => {
    const entries = Object.entries(secrets);
    return [
      ...entries.flatMap(([name, value]) => {
        const path = `passwords.${name}`;
        if (DEFAULTS.includes(value.toLowerCase())) return [{ path, message: 'is a default of the vendor’s' }];
        return value.length < minimumLength ? [{ path, message: `is shorter than ${minimumLength} characters` }] : [];
      }),
      ...(new Set(entries.map(([, value]) => value)).size < entries.length
        ? [{ path: 'passwords', message: `${entries.map(([name]) => name).join(' and ')} are the same` }]
        : []),
    ];
  },
});
