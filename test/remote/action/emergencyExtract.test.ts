/** emergencyExtract, by the real runner: what it refuses, with nothing written anywhere. What it saves is shown in the lab. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionRunner } from '../../support/actionRunner';

const RUNNING = 0;
const NO_SERVER = 3;

let runner: ActionRunner;
let place: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  runner = new ActionRunner();
  runner.realKind('emergencyExtract');
  runner.tool('ksql', 'exit 2');
  runner.tool('sys_controldata', 'echo "Database system identifier:  4711"; echo "Data page checksum version:  1"');
  runner.tool('sys_ctl', `exit ${NO_SERVER}`);
  runner.stub('ss', 'exit 0');
  writeFileSync(join(runner.folder, 'data/global/pg_control'), 'control');
  writeFileSync(join(runner.folder, 'data/rows'), 'rows');
  place = join(runner.folder, 'rescue');
});
afterEach(() => {
  child?.kill();
  child = undefined;
  runner.remove();
});

/** A process at work in that directory, as a server is. */
function startIn(cwd: string): number {
  child = spawn('sleep', ['60'], { cwd });
  return child.pid ?? 0;
}

const plan = (...words: readonly string[]): string => {
  const done = runner.run('--dry-run', 'x1', 'emergencyExtract', 'node=node1', ...words);
  return /REFUSED (\S+):/.exec(`${done.out}${done.err}`)?.[1] ?? `exit ${done.code}`;
};

describe('emergencyExtract', { timeout: 120_000 }, () => {
  it('says what it would do, and writes nothing', () => {
    const done = runner.run('--dry-run', 'x1', 'emergencyExtract', 'node=node1', `directory=${place}`);
    expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 });
    const said = `${done.out}${done.err}`;
    expect(said).toContain('checksum version 1');
    expect(said).toContain('the original is only read');
    expect({ place: existsSync(place), data: readdirSync(join(runner.folder, 'data')).sort() }).toEqual({
      place: false,
      data: ['global', 'rows'],
    });
  });

  it('refuses what runs, in the data directory of the node and in another one', () => {
    runner.tool('sys_ctl', `exit ${RUNNING}`);
    expect(plan(`directory=${place}`)).toBe('extract/server-runs');
    const other = join(runner.folder, 'other');
    mkdirSync(join(other, 'global'), { recursive: true });
    writeFileSync(join(other, 'global/pg_control'), 'control');
    // A pid file of old names this process, which is no server there.
    writeFileSync(join(other, 'postmaster.pid'), `${process.pid}\n`);
    expect(plan(`directory=${place}`, `source=${other}`)).toBe('exit 0');
    writeFileSync(join(other, 'postmaster.pid'), `${startIn(other)}\n`);
    expect(plan(`directory=${place}`, `source=${other}`)).toBe('extract/server-runs');
  });

  it('refuses a directory that is none, lies in what is rescued, holds it, or is in use', () => {
    expect(plan('directory=rescue')).toBe('extract/no-directory');
    expect(plan(`directory=${place}/../x`)).toBe('extract/no-directory');
    expect(plan(`directory=${runner.folder}/data/rescue`)).toBe('extract/bad-directory');
    expect(plan(`directory=${runner.folder}`)).toBe('extract/bad-directory');
    mkdirSync(place);
    expect(plan(`directory=${place}`)).toBe('exit 0');
    writeFileSync(join(place, 'theirs'), '');
    expect(plan(`directory=${place}`)).toBe('extract/directory-in-use');
  });

  it('refuses where there is no room, no database, no readable control file, or no free port', () => {
    runner.stub('ss', 'echo LISTEN');
    expect(plan(`directory=${place}`)).toBe('extract/port-in-use');
    runner.stub('ss', 'exit 0');
    runner.tool('sys_controldata', 'exit 1');
    expect(plan(`directory=${place}`)).toBe('extract/no-control');
    runner.tool('sys_controldata', 'echo "Database system identifier:  4711"');
    runner.stub('df', 'echo "Filesystem 1-blocks Used Available Capacity Mounted"; echo "x 1 1 268435456 1% /"');
    expect(plan(`directory=${place}`)).toBe('extract/no-room');
    rmSync(join(runner.folder, 'data/global/pg_control'));
    expect(plan(`directory=${place}`)).toBe('extract/no-data');
  });

  it('copies what is behind every link, so that nothing of the original is written through one', () => {
    const at = (path: string): string => join(runner.folder, path);
    const files = { 'etc/server.conf': 'port = 1\n', 'base2/rows': 'rows', 'real/standby.signal': '' };
    for (const folder of ['etc', 'base2', 'real/global']) mkdirSync(at(folder), { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(at(path), text);
    for (const name of ['global/pg_control', 'postgresql.auto.conf', 'pg_hba.conf']) {
      writeFileSync(at(`real/${name}`), `${name} of the original\n`);
    }
    symlinkSync(at('etc/server.conf'), at('real/postgresql.conf'));
    symlinkSync(at('base2'), at('real/base'));
    symlinkSync(at('nowhere'), at('real/gone'));
    // What is named may itself be a link, as a data directory on another volume is.
    symlinkSync(at('real'), at('linked'));
    const done = runner.run('x1', 'emergencyExtract', 'node=node1', `directory=${place}`, `source=${at('linked')}`);
    // No server starts here: it comes as far as that.
    expect(`${done.out}${done.err}`).toContain('the copy does not start');
    const copy = (path: string): string => join(place, 'data', path);
    expect(['', 'base', 'postgresql.conf'].map((path) => lstatSync(copy(path)).isSymbolicLink())).toEqual([
      false,
      false,
      false,
    ]);
    expect(readFileSync(copy('base/rows'), 'utf8')).toBe('rows');
    expect(readFileSync(copy('postgresql.conf'), 'utf8')).toContain('zero_damaged_pages = on');
    for (const [path, text] of Object.entries(files)) expect(readFileSync(at(path), 'utf8')).toBe(text);
    expect(readFileSync(at('real/postgresql.auto.conf'), 'utf8')).toBe('postgresql.auto.conf of the original\n');
    expect(readFileSync(at('real/pg_hba.conf'), 'utf8')).toBe('pg_hba.conf of the original\n');
  });

  it('takes a directory that leads into the data for one that lies in it', () => {
    symlinkSync(join(runner.folder, 'data'), join(runner.folder, 'way'));
    expect(plan(`directory=${runner.folder}/way/rescue`)).toBe('extract/bad-directory');
  });
});
