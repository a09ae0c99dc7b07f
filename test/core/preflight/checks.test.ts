/**
 * Each check is flipped by a fault of its own, and by nothing else: the table spoils one thing of a good host and expects exactly these
 * verdicts to differ from PASS. Proves the judgement; that the collector reads hosts rightly is shown in the lab.
 */
import { describe, expect, it } from 'vitest';
import { checkIds, evaluate, nodeChecks } from '../../../core/preflight/evaluate';
import type { CheckResult, PreflightRequest, RunnerFacts } from '../../../core/preflight/types';
import { MEDIA, SCMD, rows } from './spoiltHosts';
import { GOOD, makeEvidence, makeRequest, type FactChanges } from './support';

function differing(changes: FactChanges, request: Partial<PreflightRequest> = {}, runner: Partial<RunnerFacts> = {}) {
  const { results } = evaluate([makeEvidence(changes, request, runner)]);
  return results.filter((result) => result.verdict !== 'PASS');
}

const verdicts = (results: readonly CheckResult[]) =>
  Object.fromEntries(results.map((result) => [result.id, result.verdict]));

describe('preflight', () => {
  it('passes a good host without a word', () => {
    expect(differing({})).toEqual([]);
    expect(
      differing({}, { ...SCMD, wal: '/kbwal/wal', install: MEDIA }, { licenseText: 'expires=2030-01-01' }),
    ).toEqual([]);
  });

  it.each(rows)('judges %s', (_, expected, changes, request, runner) => {
    expect(verdicts(differing(changes, request, runner))).toEqual(expected);
  });

  it('has a row for each check of a node that makes it fail or warn', () => {
    const flipped = new Set(rows.flatMap(([, expected]) => Object.keys(expected)));
    expect(nodeChecks.map((check) => check.id).filter((id) => !flipped.has(id))).toEqual([]);
  });

  it('says what was found, what was wanted and what to do, whenever it does not pass', () => {
    for (const [, , changes, request, runner] of rows) {
      for (const result of differing(changes, request, runner)) {
        expect(result.found).not.toMatch(/undefined|NaN|^$/);
        expect(result.wanted).not.toMatch(/undefined|NaN|^$/);
        expect(result.hint).toMatch(/^[A-Z].*[.;)?]$/s);
      }
    }
  });

  it('turns every fact that is missing into an error, never into a pass', () => {
    for (const name of Object.keys(GOOD).filter((fact) => fact !== 'end')) {
      const before = evaluate([makeEvidence({}, { ...SCMD, wal: '/kbwal/wal' })]).results;
      const after = evaluate([
        makeEvidence({ [name]: { error: 'permission denied' } }, { ...SCMD, wal: '/kbwal/wal' }),
      ]).results;
      const uses = after.filter((result, index) => JSON.stringify(result) !== JSON.stringify(before[index]));
      for (const result of uses.filter((each) => each.verdict === 'PASS')) {
        // Facts that only say more about something that is proved otherwise.
        expect([name, result.id]).toEqual([
          expect.stringMatching(/^(user\.passwd|sysctl\.(fs|net)\..*|prefix\.version|ssh\.effective)$/),
          result.id,
        ]);
      }
    }
  });

  it('asks nothing about a database of a repository node', () => {
    const ids = evaluate([makeEvidence({}, { role: 'repository' })]).results.map((result) => result.id);
    expect(ids).not.toEqual(expect.arrayContaining(['data-directory']));
    expect(ids).not.toContain('database-port-free');
    expect(ids).toContain('root-access');
  });

  it('says of a database without a note that it may be the newest data of this cluster, and gives no command that moves it', () => {
    const judge = (facts: FactChanges, request: Partial<PreflightRequest> = {}) =>
      evaluate([makeEvidence(facts, request)]).results.find((result) => result.id === 'data-directory');
    const kept = { 'data.state': 'present base global', 'data.database': 'yes' };
    const { data, state, bin } = makeRequest();
    const plain = judge(kept);
    expect(plain).toMatchObject({
      verdict: 'FAIL',
      found: `${data} holds a database, and no note of ours on this host (${state}) says whose`,
    });
    expect(plain?.hint).toContain(`${bin}/sys_controldata -D ${data}`);
    expect(plain?.hint).toContain(`While there is no primary, rename nothing`);
    expect(plain?.hint).not.toContain('mv ');
    const apart = judge({ ...kept, 'wal.state': 'present 0001' }, { wal: '/kbwal/wal' });
    expect(apart?.found).toContain(`; /kbwal/wal may hold the WAL of the database in ${data}`);
    expect(apart?.hint).toContain(`rename ${data} and /kbwal/wal and keep`);
    expect(judge({ 'data.state': 'present notes.txt' })?.hint).toContain(`mv ${data} ${data}.old`);
  });

  it('takes the options beyond its manual from a sys_rman that knows them, and asks nothing where none is declared', () => {
    const judge = (rmanOptions: readonly string[], source: 'existing' | 'media' = 'existing'): unknown => {
      const install = { ...makeRequest().install, source };
      const evidence = makeEvidence({ 'rman.unknown': '', 'rman.silent': '' }, { rmanOptions, install });
      return evaluate([evidence]).results.find(({ id }) => id === 'sys-rman-options');
    };
    expect(judge(['archive-async', 'zst'])).toMatchObject({ verdict: 'PASS', found: 'archive-async zst' });
    expect(judge(['zst'], 'media')).toMatchObject({ verdict: 'PASS' });
    expect(judge([])).toBeUndefined();
  });

  it('wants the program that unpacks archived WAL where lz4 or zst is declared, not of a witness', () => {
    const judge = (changes: Partial<PreflightRequest>): unknown =>
      evaluate([makeEvidence({}, changes)]).results.find(({ id }) => id === 'wal-unpacker');
    expect(judge({ rmanOptions: ['zst'] })).toMatchObject({ verdict: 'PASS', found: '/usr/bin/zstd', wanted: 'zstd' });
    expect(judge({ rmanOptions: ['archive-async', 'lz4'] })).toMatchObject({ verdict: 'PASS', found: '/usr/bin/lz4' });
    expect(judge({ rmanOptions: ['lz4'], role: 'repository' })).toMatchObject({ verdict: 'PASS' });
    expect(judge({ rmanOptions: ['zst'], role: 'witness' })).toBeUndefined();
    expect(judge({ rmanOptions: ['archive-async'] })).toBeUndefined();
    const missing = makeEvidence({ 'sys.walUnpackers': '' }, { rmanOptions: ['zst'] });
    const found = evaluate([missing]).results.find(({ id }) => id === 'wal-unpacker');
    expect(found).toMatchObject({ verdict: 'FAIL', found: 'no zstd', wanted: 'zstd' });
    expect(found?.hint).toContain('Install the package zstd, or set backup.resources.compress: none or gz');
  });

  it('has at least forty checks with ids of their own', () => {
    expect(checkIds.length).toBeGreaterThanOrEqual(40);
    expect(new Set(checkIds).size).toBe(checkIds.length);
    expect(checkIds.every((id) => /^[a-z]+(-[a-z]+)*$/.test(id))).toBe(true);
  });
});
