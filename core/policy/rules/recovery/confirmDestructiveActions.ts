// A record that may delete data says that somebody has looked at what it deletes.
import { defineRule } from '../../types';

export const confirmDestructiveActions = defineRule({
  subject: 'action',
  id: 'kingbase-action-confirm-destructive',
  title: 'A record that may delete or replace a database carries its confirmation',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'A copied record (reclone with oldData: remove, rejoin with maxRung: reclone) deletes or replaces the data directory of a node that nobody has looked at, perhaps the only copy of what it holds.',
  evidence: 'design of the actions: nothing destructive without evidence; F node rejoin and standby clone -F overwrite',
  hint: 'Run `npm run recover -- … --dry-run`, look at what it would delete, and put the token that it prints (or, where it prints none, the number of the change) into `confirm`; or waive this for the cluster.',
  judge: ({ name, kind, destructive, confirm }) =>
    destructive && confirm === undefined
      ? [{ path: name, message: `${kind} may delete or replace a database, and is not confirmed` }]
      : [],
});
