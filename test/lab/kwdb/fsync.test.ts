// Which files an insert syncs at each level, counted as the real one's were with strace: five inserts of one row.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const library = join(__dirname, '..', '..', '..', 'lab', 'kwdb', 'server', 'lib');
const COUNT = `
import os, sqlite3, sys, threading
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from kwlab.engine import Engine
synced = []
os.fsync = lambda number: synced.append(os.readlink("/proc/self/fd/%d" % number).rsplit(".", 1)[1])
engine = Engine(sys.argv[2], sqlite3.connect(":memory:", isolation_level=None), threading.RLock())
engine.open({})
engine.ddl('CREATE TABLE main."t1" (ts, dev)')
for level in (0, 1, 2, 3, 7):
    engine.level = level
    before = os.path.getsize(engine.groups["vg_001"].path("cur"))
    synced.clear()
    for number in range(5):
        engine.write("t1", "INSERT INTO main.t1 VALUES (?, ?)", [[number, 1]])
    written = os.path.getsize(engine.groups["vg_001"].path("cur")) > before
    print(level, "written" if written else "not written", synced.count("cur"), synced.count("meta"))
`;

describe('five inserts', () => {
  it('are logged and synced as each level was measured', () => {
    const store = mkdtempSync(join(tmpdir(), 'kwdb-fsync-'));
    const { stdout, stderr } = spawnSync('python3', ['-I', '-c', COUNT, library, store], { encoding: 'utf8' });
    rmSync(store, { recursive: true, force: true });
    expect([stdout.trimEnd().split('\n'), stderr]).toEqual([
      ['0 not written 0 0', '1 written 10 10', '2 written 0 0', '3 written 0 0', '7 written 0 0'],
      '',
    ]);
  });
});
