/**
 * Whether a run holds everything: every table named, with its rows. An exit code proves nothing here: EXPORT passes over a table that it cannot write
 * with a notice and 0, a time-series export says `fail` in a row beside 0, and IMPORT makes a table without its CSV empty and calls that a success.
 */
import type { Finding } from '../finding';
import {
  tableName,
  type BackupManifest,
  type ManifestExport,
  type ManifestObject,
  type ManifestTable,
} from './manifest';

export function judgeManifest(manifest: BackupManifest): readonly Finding[] {
  return [
    ...manifest.exports.flatMap(judgeExport),
    ...missingSubjects(manifest),
    ...manifest.tables.flatMap(judgeTable),
    ...manifest.objects
      .filter(({ saved }) => !saved)
      .map(({ database, name, kind }) =>
        found(
          'kwdb/object-not-saved',
          `${database}.${name}`,
          `is a ${kind}, which EXPORT leaves out, and SHOW CREATE gave no text of it`,
          'Keep its definition elsewhere, or drop it.',
        ),
      ),
    ...manifest.objects.flatMap(judgeSequence),
    ...unlistedFiles(manifest),
  ];
}

/** Manifests of older versions, which hold no definition, hold no value either. */
function judgeSequence({ database, name, kind, definition, lastValue }: ManifestObject): readonly Finding[] {
  if (kind !== 'SEQUENCE' || typeof definition !== 'string' || definition.endsWith(' VIRTUAL')) return [];
  return typeof lastValue === 'string'
    ? []
    : [
        found(
          'kwdb/sequence-value',
          `${database}.${name}`,
          'is a SEQUENCE whose value could not be read: after a restore it would begin anew',
          AGAIN,
        ),
      ];
}

function judgeExport({ subject, exitCode, result, notices, error }: ManifestExport): readonly Finding[] {
  if (exitCode !== 0) {
    return [
      found(
        'kwdb/export-failed',
        subject,
        `EXPORT ended with exit code ${exitCode}${error === '' ? '' : `: ${error}`}`,
        AGAIN,
      ),
    ];
  }
  const said = notices.length === 0 ? '' : ` (${notices.join('; ')})`;
  if (result !== '' && result !== 'succeed') {
    return [
      found(
        'kwdb/export-partial',
        subject,
        `EXPORT ended with 0, and its row says ${JSON.stringify(result)}${said}`,
        PARTIAL,
      ),
    ];
  }
  // A notice names no table: which one it is, the counts below say.
  return notices.map((notice) =>
    found('kwdb/export-notice', subject, `EXPORT ended with 0, and gave the notice ${JSON.stringify(notice)}`, PARTIAL),
  );
}

/** Declared, and nothing of it was even tried. */
function missingSubjects({ wanted, exports }: BackupManifest): readonly Finding[] {
  const tried = new Set(exports.map(({ subject }) => subject));
  return wanted
    .filter((subject) => !tried.has(subject))
    .map((subject) => found('kwdb/not-exported', subject, 'is declared, and the run did not export it', AGAIN));
}

function judgeTable(table: ManifestTable): readonly Finding[] {
  const name = tableName(table);
  const { before, after, csvRows, cut, meta } = table;
  const findings: Finding[] = [];
  if (meta === null)
    findings.push(
      found(
        'kwdb/table-missing',
        name,
        'its definition is in no meta.sql: EXPORT left it out and ended with 0',
        PARTIAL,
      ),
    );
  if (cut)
    findings.push(
      found('kwdb/csv-cut', name, 'a CSV file of it ends inside a record: the export was cut half-way', AGAIN),
    );
  if (before === null || after === null) {
    findings.push(
      found(
        'kwdb/not-counted',
        name,
        `its rows could not be counted ${before === null ? 'before' : 'after'} the export`,
        AGAIN,
      ),
    );
    return findings;
  }
  const [least, most] = [Math.min(before, after), Math.max(before, after)];
  if (csvRows < least || csvRows > most) findings.push(wrongRows(name, table, [least, most]));
  return findings;
}

function wrongRows(name: string, { csvRows, files }: ManifestTable, [least, most]: readonly [number, number]): Finding {
  const rows = least === most ? `${least} rows` : `${least} to ${most} rows`;
  return files.length === 0
    ? found('kwdb/csv-missing', name, `has ${rows}, and there is no CSV file of it`, PARTIAL)
    : found('kwdb/rows-differ', name, `has ${rows}, and its CSV files hold ${csvRows}`, AGAIN);
}

/** A CSV file that belongs to no table of the manifest was in nobody's list, and was counted by nobody. */
function unlistedFiles({ files, tables }: BackupManifest): readonly Finding[] {
  const listed = new Set(tables.flatMap((table) => table.files));
  return files
    .filter(({ path }) => path.endsWith('.csv') && !listed.has(path))
    .map(({ path }) =>
      found(
        'kwdb/unlisted-table',
        path,
        'belongs to no table that was counted',
        'Declare the schema of that table in backup.databases[].schemas.',
      ),
    );
}

const AGAIN =
  'The run counts as bad and is kept for a look; the one before stays. See its log, and run it again: systemctl start pulumi-kwdb-backup.service';
const PARTIAL =
  'Known to make EXPORT leave a table out: BYTES and VARBYTES columns in SQL form, a directory that cannot be written. The run counts as bad; the one before stays.';

function found(code: string, path: string, message: string, hint: string): Finding {
  return { code, path, message, hint };
}

/** Both judges must agree: a manifest that calls itself good beside findings was made by an older program, or changed. */
export function verdictOf(manifest: BackupManifest): 'good' | 'bad' {
  return judgeManifest(manifest).length === 0 && manifest.verdict === 'good' ? 'good' : 'bad';
}
