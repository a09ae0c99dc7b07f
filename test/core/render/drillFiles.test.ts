/** drill.sh, verify.sh and repository.sh as rendered, run by a real bash beside a stand-in sys_rman: what they conclude from what it says. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { renderDraft } from '../../../core/render/draft';
import { drillFiles, repositoryView } from '../../../core/render/drillFiles';
import type { ClusterPlan } from '../../../core/topology/types';
import { planCluster } from '../../../core/topology/planCluster';
import { backupTarget, drillSpec } from '../../support/backupTarget';
import { makeBackedSpec, makeSpec } from '../../support/specs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drill-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What others need of the host's volumes. */
interface Shared {
  readonly data?: string;
  readonly repository?: string;
  readonly diskErrorMiB?: number;
}

function planWith(diskErrorMiB: number): ClusterPlan {
  const plan = planCluster(makeSpec());
  const { backup } = makeBackedSpec();
  if (backup === undefined) throw new Error('no backup');
  return { ...plan, spec: { ...plan.spec, backup: { ...backup, resources: { ...backup.resources, diskErrorMiB } } } };
}

/** The rendered programs in one folder, with this user as owner and our own sys_rman. */
function install(sysRman: string, shared: Shared = {}): void {
  const plan = planWith(shared.diskErrorMiB ?? 0);
  const { data = '/nowhere/data', repository: path = '/nowhere/repository' } = shared;
  const paths = { ...plan.nodes[0]!.paths, bin: folder, state: folder, data };
  const node = { ...plan.nodes[0]!, name: 'repo', paths };
  const drill = drillSpec({ directory: join(folder, 'copy') });
  const repositories = [{ kind: 'posix' as const, node: 'repo', path }];
  const target = backupTarget({ drill, repositories, conf: join(folder, 'repository', 'sys_rman.conf') });
  const templates = loadTemplates();
  for (const draft of drillFiles(plan, node, target)) {
    const { path: file, text } = renderDraft(draft, templates);
    const owned = text.replace(/^os_user=.*$/m, `os_user='${userInfo().username}'`);
    writeFileSync(join(folder, file.split('/').pop() ?? ''), owned, { mode: 0o755 });
  }
  writeFileSync(join(folder, 'sys_rman'), `#!/bin/bash\n${sysRman}`, { mode: 0o755 });
}

const INFO = JSON.stringify([
  {
    archive: [{ id: '12-1', min: '0', max: '0', database: { id: 1, 'repo-key': 1 } }],
    backup: [
      {
        label: '20261121-132758F',
        type: 'full',
        timestamp: { start: 1_795_267_678, stop: 1_795_267_683 },
        archive: { start: '000000010000000000000003', stop: '000000010000000000000003' },
        lsn: { start: '0/3000028', stop: '0/3000760' },
        info: { size: 85_213_378 },
        database: { id: 1, 'repo-key': 1 },
      },
    ],
    name: 'kingbase',
    status: { code: 0, message: 'ok "quoted", 中文' },
  },
]);
const SOUND =
  '  backup: 20261121-132758F, status: valid, total files checked: 9, total valid files: 9\ncompleted successfully';

/** A repository with these segments whose verify says that. */
function repository(
  segments: readonly string[],
  verify = SOUND,
  histories: Readonly<Record<string, string>> = {},
): string {
  const files = [
    ...segments.map((name) => `${name.slice(0, 16)}/${name}-${'a'.repeat(40)}`),
    ...Object.keys(histories),
  ];
  const history = Object.entries(histories).map(([name, text]) => `*${name}) printf '${text}' ;;`);
  return `
case "$*" in
  *--output=json*) cat <<'J'
${INFO}
J
  ;;
  *" verify") printf '%s\\n' '${verify}' ;;
  *repo-ls*) printf '%s\\n' ${files.join(' ')} ;;
  ${history.join('\n  ')}
  *repo-get*) echo same ;;
  *) exit 9 ;;
esac`;
}

const segment = (timeline: number, number: number): string =>
  [timeline, 0, number].map((part) => part.toString(16).toUpperCase().padStart(8, '0')).join('');
const segments = (timeline: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => segment(timeline, from + index));

function run(program: string, ...args: readonly string[]): { code: number | null; out: string; err: string } {
  const done = spawnSync('bash', [join(folder, program), ...args], { encoding: 'utf8' });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe('verify.sh', () => {
  it('is content with a repository in which all is there', () => {
    install(repository(segments(1, 3, 9)));
    expect(run('verify.sh')).toEqual({
      code: 0,
      out: 'verify: 1 backups and 7 WAL segments are there and sound\n',
      err: '',
    });
  });

  it.each([
    [
      'a damaged file',
      'P01   INFO: invalid checksum x/base/1/2608\n  status: error\n  checksum invalid: 1',
      'invalid checksum',
    ],
    ['a missing file', 'P02   INFO: file missing x/global/control\n  status: error\n  missing: 1', 'file missing'],
    ['a backup that it does not name', 'completed successfully', 'does not call backup 20261121-132758F valid'],
    ['a run that did not end', SOUND.replace('completed successfully', ''), 'did not come to its end'],
  ])('finds %s, though sys_rman ends with 0', (_, verify, message) => {
    install(repository(segments(1, 3, 9), verify));
    const { code, out } = run('verify.sh');
    expect({ code, told: out.includes(`INVALID repository 1: `) && out.includes(message) }).toEqual({
      code: 1,
      told: true,
    });
  });

  it.each([
    ['in the midst', 6, 'WAL segment 000000010000000000000006 is missing'],
    ['that the backup itself needs', 3, 'backup 20261121-132758F needs WAL segment 000000010000000000000003'],
  ])('finds a missing segment %s', (_, gone, message) => {
    install(repository(segments(1, 3, 9).filter((name) => name !== segment(1, gone))));
    const { code, out } = run('verify.sh');
    expect(code).toBe(1);
    expect(out).toContain(message);
  });

  it('follows a promotion from one timeline to the next, and finds what is missing around it', () => {
    const history = { '00000002.history': '1\\t0/6000190\\tno recovery target specified\\n' };
    install(repository([...segments(1, 3, 6), ...segments(2, 6, 9)], SOUND, history));
    expect(run('verify.sh').code).toBe(0);
    install(repository([...segments(1, 3, 4), ...segments(2, 6, 9)], SOUND, history));
    expect(run('verify.sh').out).toContain('WAL segment 000000010000000000000005 is missing');
    install(repository([...segments(1, 3, 6), ...segments(2, 6, 9)]));
    expect(run('verify.sh').out).toContain('00000002.history is missing');
  });

  it('counts segments over the end of a log file', () => {
    const first = ['0000000100000000000000FF', '000000010000000100000000'];
    install(repository([...segments(1, 3, 254), ...first]));
    expect(run('verify.sh').code).toBe(0);
    install(repository([...segments(1, 3, 254), '000000010000000100000000']));
    expect(run('verify.sh').out).toContain('0000000100000000000000FF is missing');
  });

  it('says of a repository that cannot be looked at that it could not, with another code', () => {
    install('echo "ERROR: [055]: unable to open" >&2; exit 55');
    expect(run('verify.sh')).toEqual({
      code: 2,
      out: '',
      err: 'ERROR sys_rman info failed: ERROR: [055]: unable to open\n',
    });
  });
});

describe('drill.sh', () => {
  it.each([
    [['--target', 'time=2026-11-21 13:30:00'], 'date, time and zone are needed'],
    [['--target', 'time=2026-13-21T13:30:00Z'], 'is no moment'],
    [['--target', 'lsn=5000000'], 'is no LSN'],
    [['--target', "name=x'; drop"], 'is no name of a restore point'],
    [['--target', 'xid=-1'], 'is no number of a transaction'],
    [['--target', 'latest=1'], 'takes no value'],
    [['--target', 'yesterday'], 'one of latest, time'],
    [['--id', '../x'], '--id ../x: letters'],
    [['--set', 'newest'], 'is no label of a backup'],
    [['--timeline', '0'], '--timeline 0 is no number'],
    [['--wrong'], 'unknown argument --wrong'],
    [['--target'], '--target needs a value'],
  ])('refuses %j before anything is done', (args, message) => {
    install('exit 1');
    const { code, err } = run('drill.sh', ...args);
    expect({ code, told: err.includes(message) }).toEqual({ code: 2, told: true });
  });

  it('explains itself', () => {
    install('exit 1');
    expect(run('drill.sh', '--help').out).toContain('Usage: drill.sh [--target KIND[=VALUE]]');
  });

  const plan = (...args: readonly string[]): Record<string, unknown> =>
    JSON.parse(run('drill.sh', '--dry-run', ...args).out) as Record<string, unknown>;

  it('proves from the catalogue and the archive that a target is covered', () => {
    install(repository(segments(1, 3, 9)));
    expect(plan()).toMatchObject({
      covered: true,
      backup: '20261121-132758F',
      bytes: 85_213_378,
      lastSegment: segment(1, 9),
    });
    expect(plan('--target', 'lsn=0/9000000')).toMatchObject({ covered: true });
  });

  it.each([
    [
      ['--target', 'lsn=0/A000000'],
      'before it: the end of 000000010000000000000009 (backup 20261121-132758F); after it: none',
    ],
    [
      ['--target', 'lsn=0/3000100'],
      'before it: none; after it: the end of 000000010000000000000003 (backup 20261121-132758F)',
    ],
    [
      ['--target', 'time=2020-01-01T00:00:00Z'],
      'after it: 2026-11-21T13:28:03.000000Z (end of backup 20261121-132758F)',
    ],
    [
      ['--target', 'time=2030-01-01T00:00:00+08:00'],
      'before it: 2026-11-21T13:28:03.000000Z (backup 20261121-132758F with its WAL up to',
    ],
    [['--set', '20200101-000000F'], 'there is no backup 20200101-000000F; there are: 20261121-132758F'],
  ])('refuses %j and names what lies around it', (args, message) => {
    install(repository(segments(1, 3, 9)));
    expect(plan(...args)).toEqual({ covered: false, reason: expect.stringContaining(message) as string });
  });

  /** WAL of one record, as sys_rman stored it; sys_waldump here refuses what is not WAL, as the real one does. */
  function archive(packer: string, suffix: string): void {
    const plain = `${folder}/wal.plain`;
    const record = 'rmgr: Transaction len 34, tx: 77, lsn: 0/9000028, desc: COMMIT 2026-11-21 14:00:00.000000 UTC';
    writeFileSync(plain, `WAL\n${record}\n`);
    spawnSync('bash', ['-c', `${packer} <'${plain}' >'${folder}/wal.packed'`]);
    const stored = 'a'.repeat(40);
    const sysRman = repository(segments(1, 3, 9)).replace('echo same', `cat ${folder}/wal.packed`);
    install(sysRman.replaceAll(stored, stored + suffix));
    const waldump = `read -r first <"$1"
[ "$first" = WAL ] || { echo 'sys_waldump: fatal: WAL segment size must be a power of two' >&2; exit 1; }
tail -n +2 "$1"`;
    writeFileSync(join(folder, 'sys_waldump'), `#!/bin/bash\n${waldump}\n`, { mode: 0o755 });
  }

  /** The folder's programs come first; without: as on a host that does not have that one. */
  function without(tool: string): void {
    for (const file of ['repository.sh']) {
      const text = readFileSync(join(folder, file), 'utf8');
      const hidden = `command() { [ "$1 $2" != '-v ${tool}' ] && builtin command "$@"; }`;
      writeFileSync(join(folder, file), `${text}\n${hidden}\n`);
    }
  }

  const PACKERS = [
    ['cat', ''],
    ['gzip -c', '.gz'],
    ['lz4 -cq', '.lz4'],
    ['zstd -cq', '.zst'],
  ].filter(([packer = '']) => spawnSync('bash', ['-c', `command -v ${packer}`]).status === 0) as [string, string][];
  const TARGETS = [['time=2026-11-21T13:50:00Z'], ['xid=77']].map(([target]) => ['--target', target as string]);

  it.each(PACKERS)('finds a commit in WAL that %s packed', (packer, suffix) => {
    archive(packer, suffix);
    for (const target of TARGETS) expect(plan(...target)).toMatchObject({ covered: true });
    expect(plan('--target', 'xid=78')).toEqual({
      covered: false,
      reason: expect.not.stringContaining('NOT READ') as string,
    });
  });

  it.each(PACKERS.filter(([, suffix]) => suffix !== ''))(
    'does not take WAL that %s packed and that is broken for WAL without commits',
    (packer, suffix) => {
      archive(`${packer} | head -c 20`, suffix);
      for (const target of TARGETS) {
        const { covered, reason } = plan(...target);
        expect({ covered, reason }).toMatchObject({ covered: false });
        expect(reason).toMatch(/; NOT READ: 0000000100000000000000\d\d: ./);
      }
    },
  );

  it('names the program that is missing to unpack it, and the host', () => {
    archive('cat', '.zst');
    without('zstd');
    for (const target of TARGETS) {
      expect(plan(...target)['reason']).toMatch(
        /NOT READ: .*\.zst cannot be unpacked: zstd is not installed on \S+; install/,
      );
    }
  });

  it('does not take what sys_waldump cannot read for WAL without commits, but an early end of the records for one', () => {
    archive('sed s/WAL/raw/', '');
    for (const target of TARGETS) {
      expect(plan(...target)['reason']).toMatch(/NOT READ: \d+: sys_waldump: fatal: WAL segment size/);
    }
    const early = 'echo "sys_waldump: fatal: error in WAL record at 0/9000060: invalid record length" >&2; exit 1';
    writeFileSync(join(folder, 'sys_waldump'), `#!/bin/bash\n${early}\n`, { mode: 0o755 });
    for (const target of TARGETS) expect(plan(...target)['reason']).not.toContain('NOT READ');
  });

  it('reaches no further than the first hole', () => {
    install(repository(segments(1, 3, 9).filter((name) => name !== segment(1, 7))));
    expect(plan('--target', 'lsn=0/8000000')).toEqual({
      covered: false,
      reason: expect.stringContaining(
        'the end of 000000010000000000000006 (backup 20261121-132758F); after it: none; missing: 000000010000000000000007',
      ) as string,
    });
  });

  describe('on a volume that others need', () => {
    /** A volume of which a certain size is free is hard to have in a test; more than any disk has is not. */
    const TOO_MUCH = 1_000_000_000;
    const elsewhere = '/dev/shm';

    it.each([
      ['the database', { data: '/tmp' }],
      ['the repository', { repository: '/tmp' }],
    ])('refuses a copy that would leave %s less than diskErrorMiB, and names whose volume it is', (_, shared) => {
      install(repository(segments(1, 3, 9)), { ...shared, diskErrorMiB: TOO_MUCH });
      const { covered, reason } = plan();
      expect(covered).toBe(false);
      expect(reason).toContain(
        `MiB are needed, ${TOO_MUCH} MiB of them so that the volume of /tmp keeps them free (resources.diskErrorMiB;`,
      );
    });

    it('asks for no more where the copy has a volume of its own', () => {
      install(repository(segments(1, 3, 9)), { data: elsewhere, repository: elsewhere, diskErrorMiB: TOO_MUCH });
      expect(plan()).toMatchObject({ covered: true });
    });
  });

  it('leaves a directory alone that is not its own', () => {
    install(repository(segments(1, 3, 9)));
    mkdirSync(join(folder, 'copy'));
    writeFileSync(join(folder, 'copy', 'mine'), 'precious');
    expect(plan()).toMatchObject({ covered: false, reason: expect.stringContaining('is not empty') as string });
    expect(execFileSync('cat', [join(folder, 'copy', 'mine')], { encoding: 'utf8' })).toBe('precious');
  });
});

describe('repositoryView', () => {
  it('counts the repositories of its own host, as its sys_rman.conf does', () => {
    const plan = planCluster(makeSpec());
    const own = { kind: 'posix' as const, node: 'repo', path: '/kbrepo/kbbr_repo' };
    const count = (...others: (typeof own)[]) => {
      const target = backupTarget({ repositories: [own, ...others] });
      return repositoryView(plan, { ...plan.nodes[0]!, name: 'repo' }, target)['repositories'];
    };
    expect(count()).toBe(1);
    expect(count({ ...own, path: '/second/kbbr_repo' })).toBe(2);
    expect(count({ ...own, node: 'far' })).toBe(1);
  });
});
