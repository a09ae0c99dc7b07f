/** assessRecoverability, by the real runner and the real programs that read a repository, over a catalogue and an archive of the test's own. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionRunner } from '../../support/actionRunner';

const OS = resolve(__dirname, '../../../templates/os');
const SILENT = '10.0.0.12';

interface Backup {
  readonly label: string;
  readonly stop: number;
  readonly wal: readonly [number, number];
}

let runner: ActionRunner;
beforeEach(() => {
  runner = new ActionRunner();
  runner.realKind('assessRecoverability');
  runner.tool('sys_ctl', 'exit 3');
  runner.tool('ksql', 'exit 2');
  runner.tool('sys_waldump', 'grep -q "^WAL" "$1"');
  control('echo "Database system identifier:  4711"; echo "Database cluster state:  shut down"');
  writeFileSync(join(runner.folder, 'data/global/pg_control'), 'control');
  mkdirSync(join(runner.folder, 'data/pg_wal'));
});
afterEach(() => runner.remove());

const control = (body: string): void => runner.tool('sys_controldata', body);
const segment = (number: number): string => `0000000100000000${number.toString(16).toUpperCase().padStart(8, '0')}`;

/** What `pulumi up` places where backups are declared. */
function repository(backups: readonly Backup[], archived: readonly number[], code = backups.length > 0 ? 0 : 2): void {
  const values: Readonly<Record<string, string>> = {
    ...{ cluster: 'ha', osUser: 'kingbase', bin: join(runner.folder, 'kb'), conf: '/etc/sys_rman.conf', stanza: 'kb' },
    ...{ state: runner.state, repositories: '1', superuser: 'system', maintenanceDb: 'test', databasePort: '54321' },
    ...{ archiveTimeoutSeconds: '5', channel: 'false' },
  };
  const text = readFileSync(join(OS, 'repository.sh.mustache'), 'utf8')
    .replace(/\{\{[#/]members\}\}\n/g, '')
    .replace(/\{\{\{?(\w+)\}?\}\}/g, (_, name: string) => values[name] ?? '');
  writeFileSync(join(runner.folder, 'lib/repository.sh'), text);
  writeFileSync(join(runner.folder, 'lib/restoring.sh'), readFileSync(join(OS, 'restoring.sh.mustache')));
  const info = [
    {
      ...{ name: 'kb', status: { code, message: code === 0 ? 'ok' : 'no valid backups' } },
      archive: archived.length > 0 ? [{ id: '12-1', database: { id: 1, 'repo-key': 1 } }] : [],
      backup: backups.map(({ label, stop, wal }) => ({
        ...{ label, type: 'full', timestamp: { start: stop - 10, stop }, info: { size: 1000 } },
        ...{ archive: { start: segment(wal[0]), stop: segment(wal[1]) }, database: { id: 1, 'repo-key': 1 } },
      })),
    },
  ];
  writeFileSync(join(runner.folder, 'info.json'), JSON.stringify(info));
  const files = archived.map((each) => `0000000100000000/${segment(each)}-${'a'.repeat(40)}.gz\n`).join('');
  writeFileSync(join(runner.folder, 'files'), files);
  runner.tool(
    'sys_rman',
    `case "$*" in
  *info*) [ ! -e ${runner.folder}/closed ] || { echo 'ERROR: [103]: unable to find a valid repository' >&2; exit 103; }; cat ${runner.folder}/info.json ;;
  *repo-ls*) cat ${runner.folder}/files ;;
  *repo-get*) if [ -e ${runner.folder}/broken ]; then echo raw; else echo WAL | gzip -c; fi ;;
  *) exit 1 ;;
esac`,
  );
}

function walOnNode(...numbers: readonly number[]): void {
  for (const each of numbers) writeFileSync(join(runner.folder, 'data/pg_wal', segment(each)), '');
}

function assess(): Record<string, unknown> {
  const done = runner.run('a1', 'assessRecoverability');
  expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 });
  return (JSON.parse(done.out) as { result: Record<string, unknown> }).result;
}

const FIRST: Backup = { label: '20261120-010000F', stop: 1_795_136_400, wal: [2, 3] };
const SECOND: Backup = { label: '20261121-010000F', stop: 1_795_222_800, wal: [6, 7] };

describe('assessRecoverability', { timeout: 120_000 }, () => {
  it('says a point in time where WAL goes on after a backup, and names the newest such backup', () => {
    repository([FIRST, SECOND], [2, 3, 4, 5, 6, 7, 8, 9]);
    expect(assess()).toMatchObject({
      ...{ verdict: 'pointInTime', backup: SECOND.label, backups: 2, archivedUpTo: segment(9), missing: null },
      ...{ notRead: [], dataOn: ['node1'] },
      next: ['preserveEvidence node=node1', 'restoreToPoint target=latest mode=aside directory=/kbrescue/restored'],
    });
  });

  it('says the end of the backup where no WAL follows it, or only behind a hole', () => {
    repository([FIRST], [2, 3, 5, 6]);
    expect(assess()).toMatchObject({
      ...{ verdict: 'backupEnd', bestPoint: '2026-11-20T01:00:00.000000Z', missing: segment(4) },
      lost: `everything committed after 2026-11-20T01:00:00.000000Z: no WAL was kept after the backup (missing: ${segment(4)})`,
    });
  });

  it('passes over a backup whose own WAL is not whole', () => {
    repository([FIRST, SECOND], [2, 3, 4, 5, 6]);
    expect(assess()).toMatchObject({ verdict: 'pointInTime', backup: FIRST.label, archivedUpTo: segment(6) });
  });

  it('counts what only a node has, beyond the archive and without a hole', () => {
    repository([FIRST], [2, 3, 4]);
    walOnNode(4, 5, 6, 8);
    expect(assess()).toMatchObject({ notArchived: '2 segments more lie on node1 alone, not archived' });
  });

  it('says mining of logs where there is WAL and no backup, in the archive or on a node', () => {
    repository([], [2, 3]);
    expect(assess()).toMatchObject({
      ...{ verdict: 'logMining', bestPoint: null, backup: null, backups: 0 },
      next: ['preserveEvidence node=node1', 'emergencyExtract node=node1 directory=/kbrescue/extract'],
    });
  });

  it('takes WAL on a node for something, where no backups are declared at all', () => {
    walOnNode(4);
    expect(assess()).toMatchObject({ verdict: 'logMining', notRead: [] });
  });

  it('says low where there is neither, and extracts nothing where no control data can be read', () => {
    control('exit 1');
    expect(assess()).toMatchObject({ verdict: 'low', dataOn: [], next: [] });
  });

  it('takes a control file with a wrong checksum for no data, whatever else the tool prints', () => {
    control(
      'echo "WARNING: Calculated CRC checksum does not match value stored in file."; echo "Database system identifier:  4711"',
    );
    expect(assess()).toMatchObject({ verdict: 'low', dataOn: [], next: [] });
  });

  it('never says low of a repository that does not answer', () => {
    repository([FIRST], [2, 3, 4]);
    writeFileSync(join(runner.folder, 'closed'), '');
    expect(assess()).toMatchObject({
      ...{ verdict: 'unknown', next: ['preserveEvidence node=node1', 'npm run diagnose -- backup'] },
      notRead: [expect.stringContaining('unable to find a valid repository')],
    });
  });

  it('freezes first where a primary accepts writes, and names the nodes that were not read', () => {
    runner.remove();
    runner = new ActionRunner([SILENT]);
    runner.realKind('assessRecoverability');
    runner.tool('sys_ctl', 'exit 0');
    runner.tool('ksql', 'echo 0');
    control('echo "Database system identifier:  4711"');
    writeFileSync(join(runner.folder, 'data/global/pg_control'), 'control');
    const { next, notRead } = assess();
    expect(notRead).toEqual(['node2']);
    expect((next as string[])[0]).toBe('freezeWrites');
  });

  it('does not say that later commits are lost where the archived WAL could not be read', () => {
    repository([FIRST], [2, 3, 4]);
    writeFileSync(join(runner.folder, 'broken'), '');
    expect(assess()).toMatchObject({
      verdict: 'pointInTime',
      lost: expect.stringMatching(
        /^at most what was committed after .*\(there may be later ones: not read: 0{7}10{15}4: /,
      ),
      notRead: [expect.stringMatching(/^WAL: 0{7}10{15}4: .*gzip/)],
    });
  });

  it('gives the same answer to a dry run, which leaves nothing behind', () => {
    repository([FIRST], [2, 3, 4]);
    const done = runner.run('--dry-run', 'a1', 'assessRecoverability');
    expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 });
    expect(`${done.out}${done.err}`).toContain(`VERDICT: pointInTime, best reachable point`);
    expect(existsSync(join(runner.state, 'ha/actions'))).toBe(false);
  });
});
