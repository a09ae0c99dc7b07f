// install.sh and pack.sh on an empty root: what lands where, and that the same tree packs to the same bytes. No database runs here.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const toolchain = join(__dirname, '..', '..', '..', 'lab', 'toolchain');
const PROGRAMS =
  'kingbase initdb sys_ctl ksql sys_basebackup sys_rewind sys_controldata sys_isready sys_waldump sys_dump sys_restore sys_checksums ' +
  'sys_receivewal sys_rman repmgr repmgrd kbha sys_securecmd sys_securecmdd sys_HAscmdd.sh sys_monitor.sh sys_backup.sh sys_encpwd arping';
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'toolchain-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('the toolchain as installed', () => {
  it('has every program of the vendor executable, and the table of keys beside the code', () => {
    execFileSync('sh', [join(toolchain, 'install.sh'), scratch]);
    const server = join(scratch, 'opt/kingbase-lab/server');
    for (const program of PROGRAMS.split(' ')) {
      expect(statSync(join(server, 'bin', program)).mode & 0o111, program).toBe(0o111);
    }
    expect(readFileSync(join(server, 'lib/kingbase-lab/keys.json'), 'utf8')).toBe(
      readFileSync(join(toolchain, 'keys.json'), 'utf8'),
    );
    expect(readdirSync(join(scratch, 'opt/kingbase-lab')).sort()).toEqual(['libexec', 'license.dat', 'server']);
  });

  it('says in every program what it stands in for', () => {
    const bin = join(toolchain, 'server/bin');
    for (const program of readdirSync(bin).filter((name) => name !== 'arping')) {
      const head = readFileSync(join(bin, program), 'utf8').split('\n').slice(0, 8).join('\n');
      expect(head, program).toMatch(/stands in for/);
      expect(head, program).toMatch(/[Nn]ot covered|not known|C\.UTF-8|not public/);
    }
  });

  it('packs to the same bytes twice, with a licence beside the package', () => {
    const [first, second] = [join(scratch, 'a/db.zip'), join(scratch, 'b/db.zip')];
    for (const target of [first, second]) {
      execFileSync('sh', [
        '-c',
        'mkdir -p "$(dirname "$2")" && sh "$1" "$2"',
        'sh',
        join(toolchain, 'pack.sh'),
        target,
      ]);
    }
    expect(digest(first)).toBe(digest(second));
    expect(readdirSync(join(scratch, 'a')).sort()).toEqual(['db.zip', 'license.dat']);
  });
});
