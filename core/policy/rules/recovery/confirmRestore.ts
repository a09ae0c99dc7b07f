// A restore in place throws away what was committed after its target: its record carries the token of the dry run that says so.
import { defineRule } from '../../types';

export const confirmRestore = defineRule({
  subject: 'restore',
  id: 'kingbase-cluster-confirm-restore',
  title: 'A restore in place carries the token of its dry run',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'A restore in place stops the cluster and loses everything committed after its target; without the token nobody has seen which backup, which branch of history and which writes that means.',
  evidence:
    'core/restore/request.ts: loses; docs/restoring.md: the token is compared again on the node before anything stops',
  hint: 'Run action.sh --dry-run on the node, read the consequences, and put the token it prints as `confirm` into the record.',
  judge: ({ requestId, inPlace, confirm }) =>
    inPlace && confirm === undefined
      ? [{ path: `actions.${requestId}.confirm`, message: 'is missing for a restore in place' }]
      : [],
});
