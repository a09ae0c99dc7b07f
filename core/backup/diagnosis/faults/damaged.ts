/** A verify, or a backup itself, found damage. */
import { utc } from '../../../text/utc';
import { cataloguesOf, backUpAgain, rman, valuesAbout, verifyAgain } from '../looking';
import type { BackupEvidence, FaultRule, Sighting } from '../types';

const MOST = 10;
const LABEL = /\b\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?/;

export const damaged: FaultRule = {
  id: 'backup/damaged',
  title: 'backups in the repository are damaged',
  severity: 'fault',
  reference: 'backup guide: verify; page checksums',
  texts: [/invalid checksum|checksum invalid: [1-9]/, /status: invalid/, /page checksum error/i],
  look: (evidence) => [...verifySaid(evidence), ...pages(evidence)],
  cure: (context, sightings) => [
    {
      text: 'Take no more from that volume than needed: look at its disk (dmesg, smartctl) before anything else is written to it. Backups that rest on the damaged one are lost with it.',
    },
    backUpAgain(context, 'full'),
    ...valuesAbout(sightings, 'label').map((label) => ({
      text: `Once that backup has gone through, give up ${label}, and what rests on it: no restore may begin with it.`,
      on: context.host,
      command: rman(context, `--set=${label} expire`),
    })),
    verifyAgain(context, 'See that all that is left is sound.'),
    {
      text: 'Where a WAL segment is missing: the backups before it restore to points before it only, and verify says so until they expire. A server may still have it (sys_wal of any node): put it back with sys_rman archive-push.',
    },
    {
      text: 'Pages with wrong checksums in a backup are wrong in the database too: find the table (sys_checksums, sys_log) before the good backups expire.',
    },
  ],
};

function verifySaid(evidence: BackupEvidence): Sighting[] {
  return evidence.nodes.flatMap(({ name, backup }) =>
    (backup?.jobs ?? [])
      .filter(({ job, exitCode }) => job === 'verify' && exitCode !== null && exitCode !== 0)
      .flatMap(({ startSeconds, tail }) => findingsIn(tail).map((line) => sighting(name, startSeconds, line))),
  );
}

/** verify.sh says what is INVALID, a line each; the last line where it came to none. */
function findingsIn(tail: string): string[] {
  const lines = tail.trim().split('\n');
  const invalid = lines.filter((line) => line.startsWith('INVALID '));
  return invalid.length === 0 ? lines.slice(-1) : invalid.slice(0, MOST);
}

function sighting(node: string, startSeconds: number, line: string): Sighting {
  const label = LABEL.exec(line)?.[0];
  const found = `verify of ${utc(startSeconds)}: ${line}`;
  return label === undefined ? { node, found } : { node, found, about: { label } };
}

function pages(evidence: BackupEvidence): Sighting[] {
  return cataloguesOf(evidence).flatMap(({ node, catalogue }) =>
    catalogue.backups
      .filter(({ error }) => error)
      .map(({ label }) => ({
        node: node.name,
        found: `sys_rman info: backup ${label} has pages with wrong checksums`,
      })),
  );
}
