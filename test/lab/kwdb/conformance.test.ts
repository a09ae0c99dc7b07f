// Replays what a real KWDB was seen to answer, statement by statement, against the lab's kwbase. Proves that the stand-in answers these
// statements alike, and that the files it exports are the same; nothing about statements that were not recorded.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSY_MS, useStandIn } from './support/scratch';
import { makeSequences, sequenceCases } from './support/sequences';
import { standIn, type StandIn } from './support/standIn';
import {
  filesBelow,
  FIXTURES,
  NORMALISED,
  normalise,
  readTranscripts,
  RECORDED_PLACE,
  type Place,
} from './support/transcripts';

const recorded = readTranscripts();

describe('the stand-in answers as the recorded KWDB', () => {
  let folder: string;
  let kwbase: StandIn;
  let place: Place;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kwdb-conformance-'));
    kwbase = standIn(folder);
    await kwbase.start();
    place = { extern: join(kwbase.store, 'extern'), folder: 'fx' };
  }, BUSY_MS);
  afterAll(async () => {
    await kwbase.stop();
    rmSync(folder, { recursive: true, force: true });
  }, BUSY_MS);

  it.each(recorded.map((each, index) => ({ each, title: `${String(index + 1).padStart(2, '0')} ${each.statement}` })))(
    '$title',
    ({ each }) => {
      expect(normalise(kwbase.sql(each.statement), place)).toEqual(normalise(each, RECORDED_PLACE));
    },
  );

  it('and leaves the same files as its EXPORT statements did, byte for byte', () => {
    expect(filesBelow(join(place.extern, place.folder))).toEqual(filesBelow(join(FIXTURES, 'export')));
  });
});

describe('the stand-in has sequences as the source of KWDB', () => {
  const scene = useStandIn();
  it('keeps their value, its bounds and its steps', async () => {
    await scene.kwbase.rows(...makeSequences('seqs'));
    for (const { statement, says } of sequenceCases('seqs')) {
      const { exit, stdout, stderr } = await scene.kwbase.ask(statement);
      const said = exit === 0 ? stdout.split('\n')[1] : stderr;
      if (typeof says === 'string') expect([statement, said]).toEqual([statement, says]);
      else expect(said).toMatch(says);
    }
  });
});

describe('what is taken out before comparing', () => {
  it('is three things', () => {
    expect(NORMALISED.map((each) => each.what)).toEqual(['job ids', 'root of nodelocal', 'folder of the run']);
  });

  it('changes job ids, paths of a run and nothing else of the recording', () => {
    const changed = recorded.filter((each) => {
      const after = normalise(each, RECORDED_PLACE);
      return after.stdout !== each.stdout || after.stderr !== each.stderr;
    });
    const jobs = changed.filter((each) => /^\d{15,}\t/m.test(each.stdout));
    const paths = changed.filter((each) => /\/fx\//.test(each.stderr));
    expect([jobs.length, paths.length, changed.length]).toEqual([2, 3, 5]);
  });
});
