// What a file says and what the server does are two things.
import { defineRule } from '../../types';

export const requireSettingsInEffect = defineRule({
  subject: 'status',
  id: 'kingbase-status-require-settings-in-effect',
  title: 'Reviewed settings are in effect on every node',
  group: 'status',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'observed',
  protectsFrom: 'The reviewed value stands in the file, and another one, or the old one, is in force.',
  evidence: 'F field report: a leftover line further down wins; U sys_file_settings',
  hint: 'Take the overriding line out (ALTER SYSTEM RESET for kingbase.auto.conf); a pending restart is rolled out by pulumi up.',
  judge: ({ cluster, report }) => [
    ...(report?.settingConflicts ?? []).map(({ node, name }) => ({
      path: `${cluster}.${node}`,
      message: `${name} is overridden in another file`,
    })),
    ...Object.entries(report?.pendingRestart ?? {}).map(([node, names]) => ({
      path: `${cluster}.${node}`,
      message: `${names.join(', ')} wait for a restart`,
    })),
  ],
});
