/** Clocks of the nodes differ, or one went backwards. */
import { utc } from '../../../text/utc';
import { backUpAgain, duration, newestBackup, nowOf } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

const ALLOWED_SECONDS = 2;
/** The first looks at a node are not exact: another of our own connections may delay them. */
const MEASURING_SECONDS = 1;

export const clock: FaultRule = {
  id: 'backup/clock',
  title: 'a clock is wrong: labels and targets of restores rest on it',
  severity: 'fault',
  reference: 'backup guide: clocks within 2 s; [029] new backup label is not later',
  texts: [/new backup label .* is not later than latest backup label/],
  look: (evidence) => [...differences(evidence), ...future(evidence)],
  cure: (context) => [
    {
      text: 'Set the clocks by NTP on every node (`chronyc makestep` or `systemctl restart systemd-timesyncd`; then `timedatectl`), the repository host first. Where the clock was ahead, backups can be made again once it has passed the newest label.',
    },
    backUpAgain(context),
  ],
};

function differences({ nodes }: BackupEvidence): Sighting[] {
  const seen = nodes.flatMap(({ name, clockOffsetSeconds }) =>
    clockOffsetSeconds === undefined ? [] : [{ name, offset: clockOffsetSeconds }],
  );
  if (seen.length < 2) return [];
  const middle = reference(seen.map(({ offset }) => offset));
  return seen
    .filter(({ offset }) => Math.abs(offset - middle) > ALLOWED_SECONDS + MEASURING_SECONDS)
    .map(({ name, offset }) => ({
      node: name,
      found: `its clock is ${duration(Math.abs(offset - middle))} ${offset < middle ? 'behind' : 'ahead of'} the other nodes`,
    }));
}

function future(evidence: BackupEvidence): Sighting[] {
  const newest = newestBackup(evidence);
  const now = nowOf(evidence);
  return newest !== undefined && now > 0 && newest.stopSeconds > now + ALLOWED_SECONDS
    ? [
        {
          found: `the newest backup ${newest.label} ended at ${utc(newest.stopSeconds)}, and the host’s clock says ${utc(now)}`,
        },
      ]
    : [];
}

/** What most of them say; of two, the one that agrees with us. */
function reference(offsets: readonly number[]): number {
  const sorted = [...offsets].sort((a, b) => (offsets.length > 2 ? a - b : Math.abs(a) - Math.abs(b)));
  return (offsets.length > 2 ? sorted[Math.floor((sorted.length - 1) / 2)] : sorted[0]) ?? 0;
}
