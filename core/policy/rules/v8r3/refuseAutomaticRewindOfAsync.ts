// A rewind throws away what only the old primary had: in an asynchronous cluster that is acknowledged work.
import { defineRule } from '../../types';

export const refuseAutomaticRewindOfAsync = defineRule({
  subject: 'v8r3',
  id: 'kingbase-v8r3-refuse-rewind-of-async',
  title: 'No automatic rewind of an asynchronous primary',
  group: 'recovery',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'declared',
  protectsFrom:
    'Commits that were acknowledged and never sent lie on the old primary only, and the minute after it is back they are gone.',
  evidence: 'S network_rewind.sh runs sys_rewind by itself, and does not look at its result',
  hint: 'Set replication.synchronous to true, or recovery.automaticPrimary to false, and look before somebody rewinds it (docs/v8r3.md).',
  judge: ({ recovery, replication }) =>
    recovery.automaticPrimary === true && !replication.synchronous
      ? [{ path: 'recovery.automaticPrimary', message: 'is true while replication.synchronous is false' }]
      : [],
});
