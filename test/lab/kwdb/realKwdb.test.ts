// The same conformance on a real KWDB: KWDB_URL=host:port npm run test:kwdb. An insecure single node that nothing else uses, freshly started:
// the recording begins with settings at their defaults and drops the databases plant and shop. Proves that the recording still holds there.
//
// KWDB_KWBASE   path of its own client; without it statements go over the wire, and answers are printed in its form by us
// KWDB_EXTERN   its nodelocal directory, where it is on this machine: without it the exported files are not compared
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSequences, sequenceCases } from './support/sequences';
import type { Answer } from './support/standIn';
import {
  filesBelow,
  FIXTURES,
  normalise,
  readTranscripts,
  RECORDED_PLACE,
  statementFor,
  type Place,
} from './support/transcripts';
import { overTheWire } from './support/wire';

const address = process.env['KWDB_URL'];
const client = process.env['KWDB_KWBASE'];
const extern = process.env['KWDB_EXTERN'];
const skip = address === undefined ? ' (skipped: KWDB_URL=host:port names no KWDB)' : '';
const skipFiles = extern === undefined ? ' (skipped: KWDB_EXTERN names no directory)' : '';

async function ask(statement: string): Promise<Answer> {
  if (client === undefined) return overTheWire(address ?? '', statement);
  const words = ['sql', '--insecure', '--host', address ?? '', '--format=tsv', '-e', statement];
  const { status, stdout, stderr } = spawnSync(client, words, { encoding: 'utf8', timeout: 120_000 });
  return { exit: status ?? -1, stdout, stderr };
}

describe.skipIf(skip !== '')(`a real KWDB answers as recorded${skip}`, () => {
  const folder = `fx${Date.now()}`;
  const place: Place = { extern: extern ?? RECORDED_PLACE.extern, folder };
  let ours = false;

  beforeAll(async () => {
    const databases = (await ask('SHOW DATABASES')).stdout;
    for (const name of ['plant', 'shop'])
      if (databases.includes(`\n${name}\t`))
        throw new Error(
          `${address ?? ''} has a database ${name}, which this test would drop: use a KWDB that nothing else uses`,
        );
    ours = true;
  });
  afterAll(async () => {
    if (!ours) return;
    for (const name of ['DATABASE IF EXISTS plant', 'DATABASE IF EXISTS shop', 'TABLE IF EXISTS defaultdb.orders'])
      await ask(`DROP ${name} CASCADE`);
  });

  const statements = readTranscripts().map((each, index) => ({
    each,
    title: `${String(index + 1).padStart(2, '0')} ${each.statement}`,
  }));
  // Without a KWDB nothing runs: one skipped test says so as well as one for each statement.
  it.each(skip === '' ? statements : statements.slice(0, 1))('$title', async ({ each }) => {
    expect(normalise(await ask(statementFor(each, place)), place)).toEqual(normalise(each, RECORDED_PLACE));
  });

  it('and has sequences as its source says', async () => {
    const database = `seqs${Date.now()}`;
    for (const statement of makeSequences(database)) expect(await ask(statement)).toMatchObject({ exit: 0 });
    for (const { statement, says } of sequenceCases(database)) {
      const { exit, stdout, stderr } = await ask(statement);
      const said = exit === 0 ? stdout.split('\n')[1] : stderr;
      if (typeof says === 'string') expect([statement, said]).toEqual([statement, says]);
      else expect(said).toMatch(says);
    }
    await ask(`DROP DATABASE ${database} CASCADE`);
  });

  it.skipIf(skipFiles !== '')(`and exports the same files${skipFiles}`, () => {
    expect(filesBelow(join(place.extern, folder))).toEqual(filesBelow(join(FIXTURES, 'export')));
  });
});
