// scripts/run.sh, the entry of every npm script, in a directory of its own with stand-ins for npm and node.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
let other = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kingbase-run-'));
  other = mkdtempSync(join(tmpdir(), 'kingbase-other-'));
  mkdirSync(join(folder, 'scripts'));
  copyFileSync(join(__dirname, '../../scripts/run.sh'), join(folder, 'scripts/run.sh'));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  mkdirSync(join(folder, 'tools'));
  program(join(folder, 'tools/npm'), 'echo "npm $*" >> called');
});
afterEach(() => {
  for (const each of [folder, other]) rmSync(each, { recursive: true, force: true });
});

function program(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

function install(directory: string): void {
  mkdirSync(join(directory, '.bin'), { recursive: true });
  program(join(directory, '.bin/node'), 'exit 0');
  writeFileSync(join(directory, '.package-lock.json'), '{}');
}

const run = (...words: readonly string[]) =>
  spawnSync('sh', ['scripts/run.sh', ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${folder}/tools:/usr/bin:/bin` },
  });

describe('npm run pulumi', () => {
  it('without a Pulumi CLI says what to install, instead of the shell’s word', () => {
    install(join(folder, 'node_modules'));
    const { status, stderr } = run('tool', 'pulumi', 'up');
    expect(stderr).toMatch(/^there is no pulumi on PATH[\s\S]*\nHINT: install it /);
    expect(stderr).not.toContain('not found');
    expect(status).toBe(127);
    expect(existsSync(join(folder, 'called'))).toBe(false);
  });

  it('runs the one that is there', () => {
    install(join(folder, 'node_modules'));
    program(join(folder, 'tools/pulumi'), 'echo "pulumi $*"');
    expect(run('tool', 'pulumi', 'up').stdout).toBe('pulumi up\n');
  });
});

describe('node_modules as a symbolic link', () => {
  it('is never emptied by an installation', () => {
    symlinkSync(other, join(folder, 'node_modules'));
    const { status, stderr } = run('build');
    expect(stderr).toContain(`node_modules is a symbolic link to ${other}`);
    expect(stderr).toContain('HINT: remove the link (rm node_modules)');
    expect(status).toBe(2);
    expect(existsSync(join(folder, 'called'))).toBe(false);
  });

  it('is used where it holds what is needed', () => {
    install(other);
    symlinkSync(other, join(folder, 'node_modules'));
    expect(run('tool', 'true').status).toBe(0);
    expect(readFileSync(join(folder, 'called'), 'utf8')).toBe('npm run -s build\n');
  });
});
