// What rescues a last copy destroys a healthy one.
import { renderedSetting } from '../../settings';
import { defineRule } from '../../types';

const NAMES = ['zero_damaged_pages', 'ignore_checksum_failure', 'ignore_system_indexes', 'allow_system_table_mods'];

export const refuseDamageSettings = defineRule({
  subject: 'server',
  id: 'kingbase-server-refuse-damage-settings',
  title: 'No setting that hides or erases damaged pages',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'zero_damaged_pages writes zeroes over what a restore would still have brought back; ignore_checksum_failure spreads what it reads.',
  evidence:
    'D disaster recovery guide: emergency parameters are for short-term rescue only; U PostgreSQL 12: developer options',
  hint: 'Take it out. For an emergency extraction set it in that one session, on a copy of the data.',
  judge: ({ path, settings }) =>
    NAMES.flatMap((name) => {
      const found = renderedSetting(settings, name);
      return found === undefined || found === 'off'
        ? []
        : [{ path, message: `${name} is ${found} for the whole server` }];
    }),
});
