// A key of a node works from that node only.
import { defineRule } from '../../types';

export const restrictAuthorizedKeys = defineRule({
  subject: 'trust',
  id: 'kingbase-node-restrict-authorized-keys',
  title: 'Keys of nodes are bound to their addresses',
  group: 'security',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom: 'A copied key opens every node from anywhere.',
  evidence: 'U sshd: from= and restrict',
  hint: 'Leave authorized_keys to this module.',
  judge: ({ path, keys }) =>
    keys.flatMap(({ options, comment }) => {
      const missing = [
        ...(options.some((option) => option.startsWith('from="')) ? [] : ['from=']),
        ...(options.includes('restrict') ? [] : ['restrict']),
      ];
      return missing.length === 0 ? [] : [{ path, message: `the key ${comment} has no ${missing.join(' and no ')}` }];
    }),
});
