/** preserveEvidence, by the real runner: one archive whose every file is in its list of checksums, and nothing else changed. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionRunner } from '../../support/actionRunner';

const RUNNING = 0;
const NO_SERVER = 3;

let runner: ActionRunner;
beforeEach(() => {
  runner = new ActionRunner();
  runner.realKind('preserveEvidence');
  runner.tool('sys_controldata', 'echo "Database system identifier:  4711"');
  runner.tool('repmgr', 'echo " 1 | node1 | primary | * running"');
  runner.tool('ksql', 'echo primary');
  server(NO_SERVER);
  writeFileSync(join(runner.folder, 'data/PG_VERSION'), '12\n');
  writeFileSync(join(runner.folder, 'data/global/pg_control'), 'control');
  writeFileSync(join(runner.folder, 'data/precious'), 'rows');
});
afterEach(() => runner.remove());

const server = (code: number): void => runner.tool('sys_ctl', `exit ${code}`);
const ledger = (id: string): string => join(runner.state, 'ha', 'actions', id);

function unpack(id: string): string {
  execFileSync('tar', ['-C', runner.folder, '-xzf', join(ledger(id), 'evidence-node1.tar.gz')]);
  return join(runner.folder, 'evidence');
}

describe('preserveEvidence', { timeout: 60_000 }, () => {
  it('packs what the node shows, and proves the archive by its checksums', () => {
    const done = runner.run('e1', 'preserveEvidence', 'node=node1');
    expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 });
    const { result } = JSON.parse(done.out) as { result: Record<string, unknown> };
    const archive = join(ledger('e1'), 'evidence-node1.tar.gz');
    expect(result['archive']).toBe(archive);
    expect(execFileSync('sha256sum', [archive], { encoding: 'utf8' })).toContain(String(result['sha256']));
    const place = unpack('e1');
    execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: place });
    expect(runner.file('evidence/controldata.txt')).toContain('4711');
    expect(runner.file('evidence/machine/cluster.txt')).toContain('* running');
    expect(runner.file('evidence/machine/processes.txt')).toContain('PID');
    expect(JSON.parse(runner.file('evidence/manifest.json'))).toMatchObject({ node: 'node1', cluster: 'ha' });
    expect(existsSync(join(place, 'copy'))).toBe(false);
  });

  it('copies the data where no database runs in it', () => {
    expect(runner.run('e1', 'preserveEvidence', 'node=node1', 'data=true').code).toBe(0);
    unpack('e1');
    expect(runner.file('evidence/copy/precious')).toBe('rows');
    expect(runner.file('evidence/SHA256SUMS')).toContain('copy/precious');
    expect(runner.file('data/precious')).toBe('rows');
  });

  it('refuses a copy of files that a running database writes', () => {
    server(RUNNING);
    const done = runner.run('e1', 'preserveEvidence', 'node=node1', 'data=true');
    expect({ code: done.code, err: done.err }).toMatchObject({
      code: 3,
      err: expect.stringContaining('REFUSED evidence/server-runs'),
    });
    expect(runner.run('e2', 'preserveEvidence', 'node=node1').code).toBe(0);
  });

  it('can add up more than mawk prints as a whole number', () => {
    runner.stub('du', 'echo "3000000000 x"; echo "3000000000 y"');
    const done = runner.run('e1', 'preserveEvidence', 'node=node1', 'data=true');
    expect({ code: done.code, err: done.err }).toMatchObject({
      code: 3,
      err: expect.stringContaining('REFUSED evidence/no-room: up to 5859439 MiB are needed'),
    });
  });

  it('refuses where the archive would fill the volume', () => {
    runner.stub('df', 'echo "Filesystem 1024-blocks Used Available Capacity Mounted"; echo "x 100 50 1024 50% /"');
    const done = runner.run('e1', 'preserveEvidence', 'node=node1');
    expect({ code: done.code, err: done.err }).toMatchObject({
      code: 3,
      err: expect.stringContaining('REFUSED evidence/no-room: up to 64 MiB are needed'),
    });
  });
});
