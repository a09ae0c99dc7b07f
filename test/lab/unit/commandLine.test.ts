// The lab's command line: what is called for which words, what a wrong word gets, and which exit code a script sees.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KingbaseError } from '../../../core/finding';
import { commandLine, exitCodeOf, WRONG_USE, type Acts } from '../../../lab/commandLine';

const NAMES = [
  'up',
  'down',
  'status',
  'shell',
  'exec',
  'fault',
  'node',
  'fleet',
  'dialect',
  'preflight',
  'drill',
] as const;

function fakeActs(): Record<(typeof NAMES)[number], ReturnType<typeof vi.fn>> {
  return Object.fromEntries(NAMES.map((name) => [name, vi.fn()])) as never;
}

async function run(...words: readonly string[]) {
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  const acts = fakeActs();
  let code = 0;
  try {
    await commandLine(acts as unknown as Acts).parseAsync(words, { from: 'user' });
  } catch (error) {
    code = exitCodeOf(error);
  }
  return { acts, code, ...said };
}

afterEach(() => vi.restoreAllMocks());

describe('the command line of the lab', () => {
  it('refreshes first where it is asked to', async () => {
    const { acts } = await run('up', '--refresh');
    expect(acts.up.mock.calls[0]?.[0]).toEqual({ name: 'lab', deploy: true, refresh: true });
  });

  it('runs one drill or all of them', async () => {
    expect((await run('drill', 'corruptedPage', '--name', 'two')).acts.drill.mock.calls[0]?.slice(0, 2)).toEqual([
      'corruptedPage',
      { name: 'two' },
    ]);
    expect((await run('drill')).acts.drill.mock.calls[0]?.slice(0, 2)).toEqual([undefined, { name: 'lab' }]);
  });

  it('gives a node everything that stands after its name, options too', async () => {
    const { acts } = await run('exec', '--name', 'two', '--as', 'kingbase', 'node1', 'ls', '--name');
    expect(acts.exec.mock.calls[0]?.slice(0, 3)).toEqual(['node1', ['ls', '--name'], { name: 'two', as: 'kingbase' }]);
  });

  it.each([
    [['up', '--refesh'], /unknown option '--refesh'[\s\S]*Did you mean --refresh[\s\S]*HINT: npm run lab -- --help/],
    [['status', 'node1'], /too many arguments[\s\S]*HINT: npm run lab:status -- --help/],
    [['shell'], /missing required argument 'node'[\s\S]*HINT: npm run lab:shell -- --help/],
    [['node', 'grow', 'node4'], /Allowed choices are add, remove[\s\S]*HINT: npm run lab:node -- --help/],
    [['stats'], /unknown command 'stats'[\s\S]*Did you mean status/],
  ])('answers %j with what is wrong, where the help is, and exit code 2', async (words, message) => {
    const { code, err } = await run(...words);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it('shows the help of a command as npm knows it, with the exit codes', async () => {
    const { code, out } = await run('up', '--help');
    expect(code).toBe(0);
    expect(out).toContain('Usage: npm run lab -- [options]');
    expect(out).toContain('--refresh');
    expect(out).toMatch(/Exit: 0 done[\s\S]*2 the command is wrong/);
  });
});

describe('the exit code', () => {
  it.each([...WRONG_USE])('is 2 for %s', (code) => {
    expect(exitCodeOf(new KingbaseError({ code, message: 'x' }))).toBe(2);
  });

  it('is 1 for what went wrong on the way', () => {
    expect(exitCodeOf(new KingbaseError({ code: 'lab/not-healthy', message: 'x' }))).toBe(1);
    expect(exitCodeOf(new Error('a bug'))).toBe(1);
  });

  it('is 0 for help', () => {
    expect(exitCodeOf(new CommanderError(0, 'commander.help', 'help'))).toBe(0);
  });

  it('names only findings that the lab has', () => {
    const root = join(__dirname, '../../../lab');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const text = files
      .filter((file) => file !== 'commandLine.ts')
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('');
    for (const code of WRONG_USE) expect(text).toContain(`'${code}'`);
  });
});
