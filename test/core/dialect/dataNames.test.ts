/** The two that know the names of a data directory, held together: core/dialect and layout.sh see the same directory the same way. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isDataDirectory,
  NAME_PAIRS,
  resolveDataNames,
  SHARED_NAMES,
  type DataNames,
} from '../../../core/dialect/dataNames';

const VARIABLES: Record<keyof DataNames | keyof typeof SHARED_NAMES, string> = {
  wal: 'KB_WAL',
  control: 'KB_CONTROL',
  autoConf: 'KB_AUTO_CONF',
  mainConf: 'KB_MAIN_CONF',
  hba: 'KB_HBA',
  ident: 'KB_IDENT',
  pid: 'KB_PID',
  opts: 'KB_OPTS',
  xact: 'KB_XACT',
  log: 'KB_LOG_DIRECTORY',
  tablespaces: 'KB_TABLESPACES',
  slots: 'KB_SLOTS',
  stat: 'KB_STAT',
  versionFile: 'KB_VERSION_FILE',
  standbySignal: 'KB_STANDBY_SIGNAL',
  settings: 'KB_SETTINGS',
};

/** One shell for many directories: asks layout.sh about each. */
function askShell(directories: readonly string[]): Record<string, string>[] {
  const prints = Object.entries(VARIABLES).map(([name, variable]) => `printf '%s=%s\\n' ${name} "$${variable}"`);
  const script = `set -euo pipefail
. "$1"; shift
for data; do kb_layout "$data"; ${prints.join('; ')}; if kb_is_data "$data"; then echo isData=true; else echo isData=false; fi; echo; done`;
  const layout = join(__dirname, '../../../templates/scripts/layout.sh');
  const result = spawnSync('bash', ['-c', script, 'bash', layout, ...directories], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return result.stdout
    .trimEnd()
    .split('\n\n')
    .map((part) => Object.fromEntries(part.split('\n').map((line) => line.split('=') as [string, string])));
}

function makeDirectory(root: string, names: readonly string[]): void {
  mkdirSync(root, { recursive: true });
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), '');
  }
}

function expected(root: string, names: readonly string[]): Record<string, string> {
  const existing = new Set(names);
  const all = { ...resolveDataNames(existing), ...SHARED_NAMES };
  const paths = Object.entries(all).map(([name, path]) => [name, `${root}/${path}`]);
  return { ...Object.fromEntries(paths), isData: String(isDataDirectory(existing)) };
}

describe('resolveDataNames', () => {
  it('takes KingbaseES’s names for a new directory', () => {
    const names = resolveDataNames(new Set());
    expect(names).toEqual(Object.fromEntries(Object.entries(NAME_PAIRS).map(([name, [kingbase]]) => [name, kingbase])));
  });

  it('takes each name by what exists, so a directory may mix both', () => {
    const names = resolveDataNames(new Set(['global/pg_control', 'pg_wal', 'kingbase.conf', 'sys_hba.conf']));
    expect(names).toMatchObject({
      wal: 'pg_wal',
      control: 'global/pg_control',
      mainConf: 'kingbase.conf',
      hba: 'sys_hba.conf',
    });
  });

  it('lets the control file speak for what does not exist now, such as the pid file of a stopped server', () => {
    expect(resolveDataNames(new Set(['global/pg_control'])).pid).toBe('postmaster.pid');
    expect(resolveDataNames(new Set(['global/sys_control'])).pid).toBe('kingbase.pid');
  });

  it('prefers KingbaseES’s name where both exist', () => {
    expect(resolveDataNames(new Set(['global/sys_control', 'global/pg_control', 'sys_wal', 'pg_wal']))).toMatchObject({
      wal: 'sys_wal',
      control: 'global/sys_control',
      pid: 'kingbase.pid',
    });
  });

  it('agrees with layout.sh on any directory', () => {
    const root = mkdtempSync(join(tmpdir(), 'kb layout '));
    try {
      const directory = fc.subarray(Object.values(NAME_PAIRS).flat());
      const samples = [[], ...fc.sample(directory, { numRuns: 60, seed: 7 })];
      samples.forEach((names, index) => makeDirectory(join(root, `d ${index}`), names));
      const answers = askShell(samples.map((_, index) => join(root, `d ${index}`)));
      expect(answers).toEqual(samples.map((names, index) => expected(join(root, `d ${index}`), names)));
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
