/** Clocks. What compares the nodes with one another stands in crossNode.ts. */
import { type Check, fail, pass, warn } from '../check';
import { MissingEvidence } from '../evidence';

export const timeChecks: readonly Check[] = [
  {
    id: 'clock-offset',
    group: 'time',
    title: 'the clock agrees with that of the machine that runs this',
    judge: ({ request, runner }) => {
      const offset = runner.clockOffsetSeconds;
      if (offset === undefined) {
        throw new MissingEvidence('clock', 'was not asked');
      }
      const found = `${offset > 0 ? '+' : ''}${offset.toFixed(2)} s`;
      const wanted = `within ${request.maxClockSkewSeconds} s`;
      return Math.abs(offset) > request.maxClockSkewSeconds
        ? fail(
            found,
            wanted,
            'Set the clock by NTP (chronyc makestep): backup labels, time-outs and a restore to a point in time rest on it.',
          )
        : pass(found, wanted);
    },
  },
  {
    id: 'clock-synchronised',
    group: 'time',
    title: 'the clock is kept by NTP',
    judge: ({ facts }) => {
      const found = facts.text('time.ntp');
      const wanted = 'chrony, systemd-timesyncd or ntpd, synchronised';
      return found === 'none'
        ? warn('nobody keeps it', wanted, 'Run chronyd or systemd-timesyncd with a server of your network.')
        : pass(found, wanted);
    },
  },
];
