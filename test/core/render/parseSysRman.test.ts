// sys_rman.conf read back: sections, the last of two equal keys, and values that hold what separates.
import { describe, expect, it } from 'vitest';
import { numbered, parseSysRman } from '../../../core/render/parse/sysRman';

const TEXT = `# Genarate by script
stray=1
[kingbase]
kb1-path=/data
kb2-host = 10.0.0.2
#### default gz, support: gz none
[global]
repo1-path=/r
repo1-path=/r=2
compress type=none
[kingbase]
kb10-host=10.0.0.10
`;

describe('parseSysRman', () => {
  it('reads sections, also one that comes back, and takes the last of two equal keys', () => {
    expect(parseSysRman(TEXT)).toEqual({
      kingbase: { 'kb1-path': '/data', 'kb2-host': '10.0.0.2', 'kb10-host': '10.0.0.10' },
      global: { 'repo1-path': '/r=2' },
    });
  });

  it('finds numbered keys by their number', () => {
    const { kingbase = {} } = parseSysRman(TEXT);
    expect([...numbered(kingbase, 'kb', 'host')]).toEqual([
      [2, '10.0.0.2'],
      [10, '10.0.0.10'],
    ]);
    expect(numbered(kingbase, 'repo', 'host').size).toBe(0);
  });
});
