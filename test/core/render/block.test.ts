/** Blocks of ours in files of others, and secrets filled in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractBlock, removeBlock, replaceBlock } from '../../../core/render/block';
import { fillSecrets } from '../../../core/render/fillSecrets';

const lines = fc
  .array(fc.stringMatching(/^[a-z #=]{0,12}$/), { maxLength: 6 })
  .map((all) => all.map((line) => `${line}\n`).join(''));

describe('blocks', () => {
  it('are put at the end, and in the place of the old one', () => {
    const first = replaceBlock('a = 1', 'ours', 'x\ny\n');
    expect(first).toBe('a = 1\n# BEGIN ours\nx\ny\n# END ours\n');
    expect(replaceBlock(`${first}b = 2\n`, 'ours', 'z\n')).toBe('a = 1\n# BEGIN ours\nz\n# END ours\nb = 2\n');
    expect(replaceBlock('', 'ours', 'x\n')).toBe('# BEGIN ours\nx\n# END ours\n');
  });

  it('leave every line of others alone', () => {
    fc.assert(
      fc.property(lines, lines, lines, lines, (before, after, old, text) => {
        const inside = text === '' ? '\n' : text;
        const file = `${before}# BEGIN ours\n${old}# END ours\n${after}`;
        const replaced = replaceBlock(file, 'ours', inside);
        expect(replaced).toBe(`${before}# BEGIN ours\n${inside}# END ours\n${after}`);
        expect(extractBlock(replaced, 'ours')).toBe(inside);
        expect(removeBlock(replaced, 'ours')).toBe(before + after);
      }),
    );
  });

  it('are absent where there is no begin', () => {
    expect(extractBlock('# END ours\n', 'ours')).toBeUndefined();
    expect(removeBlock('a\n', 'ours')).toBe('a\n');
  });

  it('end at the begin where somebody cut the end away: nothing of others is taken for ours', () => {
    expect(extractBlock('# BEGIN ours\nnot ours\n', 'ours')).toBe('');
    expect(removeBlock('# BEGIN ours\nnot ours\n', 'ours')).toBe('not ours\n');
  });
});

describe('fillSecrets', () => {
  it('quotes a password as a password file wants it', () => {
    const template = '*:54321:*:system:@@secret:system@@\n';
    expect(fillSecrets('/home/kingbase/.kbpass', template, { system: 'a:b\\c$&' })).toBe(
      '*:54321:*:system:a\\:b\\\\c$&\n',
    );
    expect(fillSecrets('/etc/x', '@@secret:system@@', { system: 'a:b' })).toBe('a:b');
  });

  it('names the secret that is missing or cannot be written, never its value', () => {
    expect(() => fillSecrets('/f', '@@secret:esrep@@', {})).toThrow(
      /^\/f: esrep: no value for the secret "esrep"\nHINT: Set it/,
    );
    expect(() => fillSecrets('/f', '@@secret:esrep@@', { esrep: 'top\nsecret' })).toThrow(
      '/f: esrep: the secret "esrep" has a line break or another control character',
    );
    expect(() => fillSecrets('/f', '@@secret:esrep@@', { esrep: 'top\nsecret' })).not.toThrow(/top/);
  });
});
