// The files of the write-ahead log: their names and life, what damage costs, how a copy that was put aside brings the rows back.
import {
  appendFileSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countMeter, ENGINE_LEVEL, insertMeter, makeMeter, useStandIn } from './support/scratch';
import type { StandIn } from './support/standIn';

const scratch = useStandIn();
const GROUPS = ['ddl', 'engine', 'vg_001', 'vg_002', 'vg_003', 'vg_004'];
const walOf = (kwbase: StandIn): string => join(kwbase.store, 'tsdb', 'wal');

/** 8 bytes in the middle of every vgroup's live file, as the real one was damaged. */
function damage(wal: string): void {
  for (const group of GROUPS.filter((name) => name.startsWith('vg_'))) {
    const file = openSync(join(wal, group, 'kwdb_wal.cur'), 'r+');
    writeSync(file, Buffer.alloc(8, 0x5a), 0, 8, 20);
    closeSync(file);
  }
}

async function crashed(kwbase: StandIn): Promise<void> {
  await makeMeter(kwbase);
  await insertMeter(kwbase, 1, 7);
  await kwbase.stop();
  await kwbase.start();
  await insertMeter(kwbase, 8, 8);
  await kwbase.kill9();
}

describe('the files of the log', () => {
  it('are one live file and 28 bytes of meta in six directories', async () => {
    const { kwbase } = scratch;
    await makeMeter(kwbase);
    expect(readdirSync(walOf(kwbase)).sort()).toEqual(GROUPS);
    for (const group of GROUPS) {
      expect(readdirSync(join(walOf(kwbase), group)).sort(), group).toEqual(['kwdb_wal.cur', 'kwdb_wal.meta']);
      expect(readFileSync(join(walOf(kwbase), group, 'kwdb_wal.meta')).length).toBe(28);
    }
  });

  it('have a checkpoint file and a temporary one while a checkpoint runs, and neither afterwards', async () => {
    const { kwbase } = scratch;
    await makeMeter(kwbase);
    kwbase.turn({ checkpoint_seconds: '2' });
    const seen = new Set<string>();
    let running = true;
    const changed = kwbase.rows('SET CLUSTER SETTING ts.wal.wal_level = 1').then(() => (running = false));
    while (running) {
      for (const group of GROUPS)
        for (const name of readdirSync(join(walOf(kwbase), group))) seen.add(`${group}/${name}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await changed;
    const switched = GROUPS.filter((group) => group !== 'ddl');
    expect([...seen].filter((path) => path.endsWith('.chk')).sort()).toEqual(
      switched.map((group) => `${group}/kwdb_wal.chk`),
    );
    expect([...seen].filter((path) => path.endsWith('.tmp')).sort()).toEqual(
      switched.map((group) => `${group}/kwdb_wal.tmp`),
    );
    for (const group of GROUPS) expect(existsSync(join(walOf(kwbase), group, 'kwdb_wal.chk'))).toBe(false);
  });

  it('keep the checkpoint file where the checkpoint fails; the level then stays, and SET says nothing of it', async () => {
    const { kwbase } = scratch;
    await makeMeter(kwbase);
    await insertMeter(kwbase, 1, 3);
    kwbase.turn({ checkpoint_fails: '1' });
    expect(await kwbase.ask('SET CLUSTER SETTING ts.wal.wal_level = 1')).toMatchObject({ exit: 0, stderr: '' });
    expect((await kwbase.rows(ENGINE_LEVEL))[0]).toBe('2');
    expect(kwbase.engineLog()).toContain('Failed to CreateCheckpoint while UpdateSetting');
    expect(existsSync(join(walOf(kwbase), 'vg_001', 'kwdb_wal.chk'))).toBe(true);
    await insertMeter(kwbase, 4, 2);
    await kwbase.kill9();
    kwbase.turn({});
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(5);
  });

  it('lose nothing when the switch of files itself is cut', async () => {
    const { kwbase } = scratch;
    await makeMeter(kwbase);
    await insertMeter(kwbase, 1, 6);
    await kwbase.kill9();
    for (const group of GROUPS.filter((name) => name !== 'ddl')) {
      renameSync(join(walOf(kwbase), group, 'kwdb_wal.cur'), join(walOf(kwbase), group, 'kwdb_wal.chk'));
      writeFileSync(join(walOf(kwbase), group, 'kwdb_wal.tmp'), 'half of a file');
    }
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(6);
    expect(kwbase.engineLog()).not.toMatch(/reset/i);
  });
});

describe('a node whose log is damaged after a crash', () => {
  it('starts without the rows that were not flushed, says reset, and says success', async () => {
    const { kwbase } = scratch;
    await crashed(kwbase);
    damage(walOf(kwbase));
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(7);
    expect(kwbase.engineLog()).toMatch(/from vgroup : 1, Now reset WAL/);
    expect(kwbase.engineLog().trimEnd()).toMatch(/Recover success\.$/);
  });

  it('says reset where a file ends in zeros, as after a power cut', async () => {
    const { kwbase } = scratch;
    await crashed(kwbase);
    for (const group of GROUPS.filter((name) => name.startsWith('vg_')))
      appendFileSync(join(walOf(kwbase), group, 'kwdb_wal.cur'), Buffer.alloc(64));
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(7);
    expect(kwbase.engineLog()).toMatch(/Now reset WAL/);
  });

  it('says another reset where the whole directory is gone', async () => {
    const { kwbase } = scratch;
    await crashed(kwbase);
    rmSync(walOf(kwbase), { recursive: true });
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(7);
    expect(kwbase.engineLog()).toContain('Now Reset ALL WAL');
  });

  it('has all rows again when the copy that was put aside lies there before the next start', async () => {
    const { kwbase } = scratch;
    await crashed(kwbase);
    const aside = join(kwbase.store, '..', 'aside');
    cpSync(walOf(kwbase), aside, { recursive: true });
    damage(walOf(kwbase));
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(7);
    await kwbase.stop();
    rmSync(walOf(kwbase), { recursive: true });
    cpSync(aside, walOf(kwbase), { recursive: true });
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(15);
  });

  it('says nothing of a reset where the log is whole', async () => {
    const { kwbase } = scratch;
    await crashed(kwbase);
    await kwbase.start();
    expect(await countMeter(kwbase)).toBe(15);
    expect(kwbase.engineLog()).not.toMatch(/reset/i);
  });
});
