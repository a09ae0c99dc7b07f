// A failed check that was waved through is somebody’s debt.
import { defineRule } from '../../types';

export const reviewAcceptedChecks = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-review-accepted-checks',
  title: 'No failed preflight check is accepted without review',
  group: 'capacity',
  level: 'advisory',
  severity: 'medium',
  restsOn: 'declared',
  protectsFrom: 'What was accepted in a hurry is forgotten, and the fault it names comes back as an outage.',
  evidence: 'D DBA guide: the checks are the vendor’s and field reports’',
  hint: 'Mend the host and take the id out of preflight.accept, or list it in this policy’s `allowed`.',
  config: {
    allowed: { type: 'array', default: [], description: 'Ids of checks that were reviewed.' },
  },
  judge: ({ preflight }, { allowed }) =>
    preflight.accept.flatMap((id, index) =>
      allowed.includes(id) ? [] : [{ path: `preflight.accept[${index}]`, message: `accepts a failed ${id}` }],
    ),
});
