// Numbers of backups that only together make sense, and the place and port of drills.
import type { Finding } from '../../finding';
import { STATE_DIRECTORY } from '../../topology/planPaths';
import { checkDirectory, isInside } from './directories';
import type { Rule } from './rule';

export const backupResources: Rule = (spec, given) => {
  const { backup } = spec;
  if (backup === undefined) return [];
  return [
    ...timeouts(spec, given),
    ...diskLimits(spec, given),
    ...drillPlace(spec, given),
    ...drillChecks(spec, given),
  ];
};

const timeouts: Rule = ({ backup }) => {
  const { databaseTimeoutSeconds, protocolTimeoutSeconds } = backup?.resources ?? {};
  if (databaseTimeoutSeconds === undefined || protocolTimeoutSeconds === undefined) return [];
  return protocolTimeoutSeconds > databaseTimeoutSeconds
    ? []
    : [
        {
          code: 'spec/backup-timeouts',
          path: 'backup.resources.protocolTimeoutSeconds',
          message: `${protocolTimeoutSeconds} s is not more than databaseTimeoutSeconds (${databaseTimeoutSeconds} s): sys_rman refuses that`,
          hint: `write at least ${databaseTimeoutSeconds + 30}.`,
        },
      ];
};

const diskLimits: Rule = ({ backup }) => {
  const { diskWarnMiB = 0, diskErrorMiB = 0 } = backup?.resources ?? {};
  return diskWarnMiB === 0 || diskWarnMiB >= diskErrorMiB
    ? []
    : [
        {
          code: 'spec/backup-disk',
          path: 'backup.resources.diskWarnMiB',
          message: `the warning comes at ${diskWarnMiB} MiB free, after backups are refused at ${diskErrorMiB} MiB`,
          hint: 'let diskWarnMiB be more than diskErrorMiB.',
        },
      ];
};

const drillPlace: Rule = ({ backup, directories, database, os }) => {
  if (backup === undefined) return [];
  const { directory, port } = backup.drill;
  const findings: Finding[] = [...checkDirectory('backup.drill.directory', directory)];
  const taken = [
    ...[directories.data, directories.wal, directories.prefix, os.home, STATE_DIRECTORY],
    ...backup.repositories.map(({ path }) => path),
  ];
  for (const other of new Set(taken)) {
    const isHome = other === os.home;
    if (other === undefined || other === '' || findings.length > 0) continue;
    if (!(isInside(other, directory) || (!isHome && isInside(directory, other)))) continue;
    findings.push({
      code: 'spec/backup-drill',
      path: 'backup.drill.directory',
      message: `${directory} and ${other} lie within one another`,
      hint: 'a drill removes its directory: give it one of its own.',
    });
  }
  if (port === database.port) {
    findings.push({
      code: 'spec/backup-drill',
      path: 'backup.drill.port',
      message: `${port} is the port of the database`,
      hint: 'take another one; it names a socket only.',
    });
  }
  return findings;
};

/** A check reads: what else a statement might do, it would do in a copy that is thrown away, and prove nothing. */
const drillChecks: Rule = ({ backup }) =>
  (backup?.drill.checks ?? []).flatMap(({ query }, index) =>
    query === '' || (/^\s*(select|with|show|table)\b/i.test(query) && !/;\s*\S/.test(query))
      ? []
      : [
          {
            code: 'spec/backup-drill',
            path: `backup.drill.checks[${index}].query`,
            message: `"${query.slice(0, 60)}" is not one query`,
            hint: 'write one SELECT; its first column of its first row is compared.',
          },
        ],
  );
