// install.sh on an empty root: what lands where, and that every program says what it stands in for. Nothing is started.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const room = join(__dirname, '..', '..', '..', 'lab', 'kwdb');
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kwdb-install-'));
  execFileSync('sh', [join(room, 'install.sh'), root]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the stand-in for KWDB as installed', () => {
  it('lies in the vendor’s directories', () => {
    expect(readdirSync(join(root, 'usr/local/kaiwudb')).sort()).toEqual(['bin', 'lib']);
    expect(readdirSync(join(root, 'etc/kaiwudb')).sort()).toEqual(['certs', 'info', 'script']);
    expect(statSync(join(root, 'usr/local/kaiwudb/bin/kwbase')).mode & 0o777).toBe(0o755);
    expect(statSync(join(root, 'opt/kaiwudb-package/deploy.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(root, 'var/lib/kaiwudb')).mode & 0o777).toBe(0o700);
  });

  it('runs from there', () => {
    const { stdout } = spawnSync(join(root, 'usr/local/kaiwudb/bin/kwbase'), ['version'], { encoding: 'utf8' });
    expect(stdout).toBe('KaiwuDB Version:  V3.2.1\n');
  });

  it('keeps a deploy.cfg that was edited when it is installed again', () => {
    const cfg = join(root, 'opt/kaiwudb-package/deploy.cfg');
    execFileSync('sed', ['-i', 's/^node_addr=127.*/node_addr=10.0.0.1/', cfg]);
    execFileSync('sh', [join(room, 'install.sh'), root]);
    expect(readFileSync(cfg, 'utf8')).toContain('node_addr=10.0.0.1\n');
  });

  it('says in every program what it stands in for and what it does not cover', () => {
    for (const program of ['server/bin/kwbase', 'package/deploy.sh']) {
      const head = readFileSync(join(room, program), 'utf8').split('\n').slice(0, 12).join('\n');
      expect(head, program).toMatch(/stands in for/);
      expect(head, program).toMatch(/Not covered/);
    }
    for (const file of readdirSync(join(room, 'server/lib/kwlab')).filter((name) => name.endsWith('.py'))) {
      expect(readFileSync(join(room, 'server/lib/kwlab', file), 'utf8'), file).toMatch(/^"""\S.{20}/);
    }
  });
});
