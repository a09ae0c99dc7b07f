/**
 * Parts of a restore to a point in time, by a real bash beside stand-ins of the cluster.
 * Seen to fail: with the comparison of wal_after as it was before (`$1 > low`), the rows in which the one to be found is the neighbour of the last archived one.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { renderDraft } from '../../../core/render/draft';
import { drillFiles } from '../../../core/render/drillFiles';
import { planCluster } from '../../../core/topology/planCluster';
import { backupTarget } from '../../support/backupTarget';
import { makeSpec } from '../../support/specs';

const KIND = resolve('templates/os/actions/restoreToPoint.sh');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-'));
  const plan = planCluster(makeSpec());
  const templates = loadTemplates();
  for (const draft of drillFiles(plan, plan.nodes[0]!, backupTarget({}))) {
    const { path, text } = renderDraft(draft, templates);
    writeFileSync(join(folder, path.split('/').pop() ?? ''), text);
  }
  for (const made of ['work', 'ledger', 'data', 'data.before-r1/pg_wal', 'data/pg_wal']) {
    mkdirSync(join(folder, made), { recursive: true });
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The kind with its library, then this; what it prints. */
function bash(text: string): string {
  const words = `library='${folder}' KB_STATE='${folder}' KB_DATA='${folder}/data' id=r1
. '${KIND}'
work='${folder}/work' ledger='${folder}/ledger'
${text}`;
  return execFileSync('bash', ['-c', words], { encoding: 'utf8' });
}

const named = (...numbers: readonly number[]): string[] =>
  numbers.map((number) => `0000000100000000${number.toString(16).toUpperCase().padStart(8, '0')}`);

describe('WAL that is not archived yet', () => {
  it.each<readonly [string, readonly number[], readonly number[], number, readonly number[]]>([
    ['the one that is written now', [7, 8], [7, 8, 9], 9, [7, 8, 9]],
    ['over the end of the digits', [8, 9], [8, 9, 10, 11], 11, [8, 9, 10, 11]],
    ['not one that is only prepared', [8], [8, 9, 16], 9, [8, 9]],
    ['not one that the archive lost', [5, 8], [5, 6, 7, 8, 9], 9, [5, 8, 9]],
    ['the first of its timeline', [], [1, 2], 2, [1, 2]],
  ])('counts: %s', (_, archived, there, current, all) => {
    writeFileSync(join(folder, 'work/wal'), named(...archived).join('\n') + (archived.length > 0 ? '\n' : ''));
    const said = bash(`source_host=there source_name=node1 maintenance_db=test
      member_sql() { cat >/dev/null; echo '${named(current)[0]}|0/1|1.5'; }
      at_node() { printf '%s\\n' ${named(...there).join(' ')} 0000000200000000000000FF 00000001.history; }
      more_wal
      cat '${folder}/work/wal'`);
    expect(said.trim().split('\n')).toEqual(named(...all));
  });

  it.each([
    ['digits alone', 8],
    ['a letter', 9],
  ])('is kept for the newest point, where it is the neighbour of the last archived one (%s)', (_, last) => {
    for (const name of named(last, last + 1)) writeFileSync(join(folder, 'data.before-r1/pg_wal', name), 'wal');
    bash(`target_kind=latest KB_NAME=node1 old_data=aside
      kb_layout() { KB_WAL="$1/pg_wal"; }
      fact() { [ "$1" = source ] && echo node1 || echo 'label 1 100 ${named(last)[0]}'; }
      keep_left_wal`);
    expect(readdirSync(join(folder, 'data/pg_wal'))).toEqual(named(last + 1));
  });
});

describe('the full backup on the new timeline', () => {
  const FULL = (start: number, stop: string, code: string): string =>
    `{"job":"full","startSeconds":${start},"stopSeconds":${stop},"exitCode":${code},"lastGoodSeconds":null,"tail":""}`;
  /** `record`: full.json of the host; `answers`: exit codes of the job, one after the other, and what its record says afterwards. */
  const step = (from: string, record: string, answers: readonly (readonly [number, string])[]): string => {
    if (from !== '') writeFileSync(join(folder, 'ledger/backup.from'), from);
    writeFileSync(join(folder, 'record'), record);
    writeFileSync(join(folder, 'answers'), answers.map(([code, after]) => `${code} ${after}\n`).join(''));
    return bash(`backup_command=job
      say() { echo "$*"; }; sleep() { :; }; way_back() { echo back; }; die() { echo "died: $*"; exit 0; }
      on_member() {
        case $2 in
          job) read -r code after <'${folder}/answers'; sed -i 1d '${folder}/answers'; printf '%s' "$after" >'${folder}/record'
            [ "$code" != 75 ] || echo 'the job full is at work already (lock x)'; [ "$code" != 1 ] || echo 'ERROR: no room'; return "$code" ;;
          date*) echo 1000 ;;
          cat*) cat '${folder}/record' ;;
        esac
      }
      step_backup; echo "left: $(wc -l <'${folder}/answers')"`);
  };

  it('is made, whatever was made before', () => {
    expect(step('', FULL(900, '950', '0'), [[0, '']])).toMatch(/\nleft: 0\n$/);
  });

  it('is the one of a run that was cut off, where that ended well meanwhile', () => {
    expect(step('1000', FULL(1001, '1050', '0'), [[0, '']])).toMatch(/cut off\nleft: 1\n$/);
  });

  it('is waited for where it is at work, and then not made again', () => {
    const running = FULL(1001, 'null', 'null');
    expect(
      step('1000', running, [
        [75, running],
        [75, FULL(1001, '1050', '0')],
        [0, ''],
      ]),
    ).toMatch(/waiting for its end\nmade by the run that was cut off\nleft: 1\n$/);
  });

  it('is made after one that began before, or failed', () => {
    expect(
      step('1000', FULL(900, 'null', 'null'), [
        [75, FULL(900, '1020', '0')],
        [0, ''],
      ]),
    ).toMatch(/left: 0\n$/);
    expect(step('1000', FULL(1001, '1020', '41'), [[0, '']])).toMatch(/left: 0\n$/);
  });

  it('says what the job said where that fails, and the way on', () => {
    expect(step('', '', [[1, '']])).toMatch(/died: .*the full backup failed: ERROR: no room\. back/);
  });
});
