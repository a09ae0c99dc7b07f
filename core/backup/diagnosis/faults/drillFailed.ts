/** The last restore drill failed. */
import { hostsOf } from '../looking';
import type { FaultRule } from '../types';

export const drillFailed: FaultRule = {
  id: 'backup/drill-failed',
  title: 'the last restore drill failed: what is backed up may not come back',
  severity: 'fault',
  reference: 'operating guide: restore drills',
  texts: [],
  look: (evidence) =>
    hostsOf(evidence).flatMap(({ name, backup, target }) => {
      const last = backup?.drills[0];
      return last?.verdict === 'failed'
        ? [{ node: name, found: `${target.state}/drills/${last.id}.json: ${last.reasons.join('; ')}` }]
        : [];
    }),
  cure: (context) => [
    {
      text: 'Read its reasons above; then drill again.',
      on: context.host,
      command: `runuser -u ${context.user} -- /usr/local/lib/pulumi-kingbase/drill.sh`,
    },
  ],
};
