// Two lines of one name: the last wins, whatever the first one promises.
import { groupBy } from '../../groupBy';
import { defineRule } from '../../types';

export const refuseSettingTwice = defineRule({
  subject: 'server',
  id: 'kingbase-server-refuse-setting-twice',
  title: 'No server setting is written twice',
  group: 'backup',
  level: 'mandatory',
  severity: 'medium',
  restsOn: 'rendered',
  protectsFrom: 'A leftover second line silently takes the place of the one that was reviewed.',
  evidence: 'F field guide: an archive that looked healthy while a disabled archive_command stood further down',
  hint: 'Keep one line; settings of the cluster belong into database.parameters.',
  judge: ({ path, settings }) => {
    const lines = groupBy(settings, (setting) => setting.name);
    return [...lines].flatMap(([name, all]) =>
      all.length > 1 ? [{ path, message: `${name} stands in lines ${all.map(({ line }) => line).join(' and ')}` }] : [],
    );
  },
});
