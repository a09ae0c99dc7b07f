/** `… | head`, with real processes: the reader goes, the work goes on, and the exit code stays that of the work. */
import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transpileModule } from 'typescript';
import { tolerateClosedPipes } from '../../remote/closedPipe';

const ROOT = resolve(__dirname, '..', '..');
/** The module as it is compiled, without a build. */
const source = transpileModule(readFileSync(join(ROOT, 'remote/closedPipe.ts'), 'utf8'), {
  compilerOptions: { module: 1 },
}).outputText;

function readOneLineOf(script: string): { readonly code: string; readonly err: string } {
  // Sends the code and the words of the writer past the pipe that is closed early.
  const shell = `exec 3>&1; { "$0" -e "$1" 2>&3; echo "code $?" >&3; } | head -n 1 >/dev/null`;
  const { stdout } = spawnSync('bash', ['-c', shell, process.execPath, script], { encoding: 'utf8', timeout: 50_000 });
  const lines = stdout.trimEnd().split('\n');
  return { code: lines.at(-1) ?? '', err: lines.slice(0, -1).join('\n') };
}

const WRITES = `
let lines = 0;
const timer = setInterval(() => {
  process.stdout.write('x'.repeat(70000) + '\\n');
  if (++lines === 20) { clearInterval(timer); process.exitCode = 3; }
}, 10);`;

describe('an output whose reader has gone', () => {
  it('ends a command neither with a stack trace nor before its work is done', () => {
    expect(readOneLineOf(`${source}; exports.tolerateClosedPipes(); ${WRITES}`)).toEqual({ code: 'code 3', err: '' });
  });

  it('does, unless it is tolerated', () => {
    expect(readOneLineOf(WRITES).err).toContain('EPIPE');
  });

  it('hides no other trouble of the output', () => {
    const stream = new EventEmitter();
    tolerateClosedPipes([stream]);
    expect(() => stream.emit('error', Object.assign(new Error('no space left'), { code: 'ENOSPC' }))).toThrow(
      'no space',
    );
    expect(() => stream.emit('error', Object.assign(new Error('closed'), { code: 'EPIPE' }))).not.toThrow();
  });
});
