/** recoverNode.sh and restartAll.sh as installed, their functions run by a real bash beside stand-ins: what they conclude from control data and from a log. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LIBRARY = resolve('templates/v8r3');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'v8r3-action-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Words of action.sh that the kinds use; `refuse` ends with 3, `die` with 1. */
const WORDS = `set -euo pipefail
say() { echo "say $*"; }
refuse() { echo "REFUSED $1: $2"; exit 3; }
die() { echo "DIED $*"; exit 1; }
fact() { cat "$folder/facts/$1" 2>/dev/null || true; }
note_fact() { mkdir -p "$folder/facts"; echo "$2" >"$folder/facts/$1"; }
control_report() { echo "control of $1"; }
write_manifest() { (cd "$1" && find . -type f ! -name manifest.json | sort) >"$1/manifest.json"; }
kb_members() { printf 'node101 10.1.0.1\\nnode102 10.1.0.2\\n'; }
kb() { "$@"; }
`;

function run(kind: string, script: string): { readonly code: number | null; readonly said: string } {
  const done = spawnSync('bash', ['--norc', '-c', `${WORDS}. "$library/actions/${kind}.sh"\n${script}`], {
    env: {
      PATH: process.env['PATH'],
      library: LIBRARY,
      folder,
      ledger: join(folder, 'ledger'),
      LC_ALL: 'C',
      KB_STATE: folder,
    },
    encoding: 'utf8',
  });
  return { code: done.status, said: done.stdout + done.stderr };
}

interface Control {
  readonly state: string;
  readonly timeline?: number | '';
  readonly checkpoint: string;
  readonly recovered?: string;
  readonly system?: string;
}

/** A program that says what sys_controldata has, as control_of asks for it. */
function standIn(host: string, control: Control): void {
  const { state, timeline = 1, checkpoint, recovered = '0/0', system = '7' } = control;
  const lines = {
    'Database cluster state': state,
    "Latest checkpoint's TimeLineID": timeline,
    'Latest checkpoint location': checkpoint,
    'Minimum recovery ending location': recovered,
    'Database system identifier': system,
  };
  const text = Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  writeFileSync(join(folder, host), text);
}

describe('restartAll', () => {
  /** node101 is to lead. */
  function proves(primary: Control, other: Control, loss = false): ReturnType<typeof run> {
    standIn('10.1.0.1', primary);
    standIn('10.1.0.2', other);
    return run(
      'restartAll',
      `is_half_rewound() { [ "$1" = "\${half:-}" ]; }
control_of() { sed -n "s|^$2=||p" "$folder/$1"; }
${loss ? 'KB_IN_lossAccepted=true' : ''}
primary=10.1.0.1
prove_newest node101
echo proved`,
    );
  }

  const cleanly: Control = { state: 'shut down', checkpoint: '0/3025A80' };
  const applied = (recovered: string, timeline = 1): Control => ({
    state: 'shut down in recovery',
    checkpoint: '0/3025A80',
    recovered,
    timeline,
  });

  it('takes a primary for the newest whose last checkpoint the standby has applied, and no more', () => {
    // As PostgreSQL 15 leaves both after an orderly stop: the record of the checkpoint is 120 bytes.
    expect(proves(cleanly, applied('0/3025AF8'))).toMatchObject({ code: 0, said: 'proved\n' });
  });

  it.each([
    ['one that goes further than that record', cleanly, applied('0/3026A80'), '4096 bytes further'],
    ['a later timeline', cleanly, applied('0/3025A00', 2), 'timeline 2 against 1'],
    ['a standby that goes further', applied('0/3025A80'), applied('0/3025A81'), '1 bytes further'],
  ])('refuses to start an older one beside %s', (_what, primary, other, words) => {
    const refused = proves(primary, other);
    expect(refused.code, refused.said).toBe(3);
    expect(refused.said).toContain('REFUSED v8r3/not-newest: node102 holds more than node101');
    expect(refused.said).toContain(words);
    expect(proves(primary, other, true)).toMatchObject({ code: 0 });
  });

  it.each(['in production', 'shutting down', 'in crash recovery'])(
    'does not judge a primary that was %s by its last checkpoint',
    (state) => {
      const done = proves({ state, checkpoint: '0/3000028' }, applied('0/3026A80'));
      expect(done.code, done.said).toBe(0);
      expect(done.said).toContain(`was not shut down cleanly (${state})`);
    },
  );

  it('goes on where an earlier one stood, with the primary that was proved then, and with no other', () => {
    const goesOn = (roles: string, ...running: readonly string[]): ReturnType<typeof run> =>
      run(
        'restartAll',
        `KB_DATA=/d
role_of() { case $1 in ${roles} esac; }
root_on() { [ "$1" = 10.1.0.2 ]; }
go_on_from_before ${running.join(' ')}
echo "primary $primary"`,
      );
    expect(goesOn('*) echo primary ;;', 'node101').said).toContain(
      'REFUSED v8r3/database-runs: databases run: node101',
    );
    writeFileSync(join(folder, 'restart-all'), 'node101\n');
    expect(goesOn('10.1.0.1) echo primary ;; *) echo standby ;;', 'node101', 'node102')).toMatchObject({
      code: 0,
      said: expect.stringContaining('primary 10.1.0.1') as string,
    });
    expect(goesOn('*) echo primary ;;', 'node101', 'node102').said).toContain(
      'REFUSED v8r3/two-primaries: node102 accepts writes, and an earlier restartAll was starting node101',
    );
  });

  it('refuses another database, and one that cannot be read', () => {
    expect(proves(cleanly, { ...applied('0/3025A00'), system: '8' }).said).toContain('REFUSED v8r3/other-system');
    const unread: Control = { state: '', checkpoint: '', system: '' };
    const nothing = proves({ ...unread, timeline: '' }, { ...unread, timeline: '' });
    expect(nothing.said).toContain('REFUSED v8r3/unreadable: the control data of node101 cannot be read');
    expect(proves(cleanly, { ...applied('0/3025A00'), timeline: '' }).said).toContain(
      'REFUSED v8r3/unreadable: the control data of node102 cannot be read',
    );
    expect(proves({ ...cleanly, timeline: Number.NaN }, applied('0/3025A00')).said).toContain(
      'REFUSED v8r3/unreadable',
    );
  });
});

describe('recoverNode', () => {
  const log = (): string => join(folder, 'recovery.log');

  /** What it makes of the log of a run. */
  function judged(text: string, ended = ''): string {
    writeFileSync(log(), text);
    return run(
      'recoverNode',
      `note_fact logFrom '0 0'; judge_rewind "$folder/recovery.log" ${ended}; echo "$rewind|$rewind_said"`,
    ).said.trim();
  }

  const BEGINS = '2019-01-28 10:43:16 now will del vip\nsys_rewind...\n';
  const NEXT = '2019-01-28 10:43:20 sed conf change #synchronous_standby_names\n';

  it.each([
    ['nothing of it', '2019-01-28 10:43:16 recover beging...\n', '', 'none|'],
    [
      'a run that goes on',
      `${BEGINS}servers diverged at WAL position 0/5\n`,
      '',
      'running|servers diverged at WAL position 0/5',
    ],
    [
      'the same when the script has ended, which nothing makes good',
      `${BEGINS}servers diverged\n`,
      'ended',
      'failed|it was cut off; its last line: servers diverged',
    ],
    ['its mark of success', `${BEGINS}Done!\n${NEXT}`, '', 'done|'],
    ['words that nobody knows', `${BEGINS}finished somehow\n${NEXT}`, '', 'unknown|finished somehow'],
    [
      'an error',
      `${BEGINS}could not open file "x": Permission denied\nDone!\n${NEXT}`,
      '',
      'failed|could not open file "x": Permission denied',
    ],
    ['the last of two runs', `${BEGINS}FATAL: x\n${NEXT}${BEGINS}no rewind required\n${NEXT}`, '', 'done|'],
    [
      'a password in what it says',
      `${BEGINS}error: connect "user=a password=geheim host=b"\n`,
      '',
      'failed|error: connect "user=a password= *** host=b"',
    ],
  ])('reads %s', (_what, text, ended, expected) => {
    expect(judged(text, ended)).toBe(expected);
  });

  it('takes a log that was rotated or cut meanwhile for unread', () => {
    writeFileSync(log(), `${BEGINS}FATAL: x\n`);
    for (const from of ['1 0', '$(stat -c %i "$folder/recovery.log") 9999'])
      expect(
        run(
          'recoverNode',
          `note_fact logFrom "${from}"; judge_rewind "$folder/recovery.log" ended; echo "$rewind|$rewind_said"`,
        ).said.trim(),
      ).toBe(`unknown|${log()} was rotated or cut while the script ran`);
  });

  it('stops a rewind that is still at work when its time is over, whatever is accepted', () => {
    writeFileSync(log(), BEGINS);
    const stub = join(folder, 'bin');
    mkdirSync(stub);
    // Neither systemd nor the vendor's script: the first waits as a run does.
    const program = '#!/bin/bash\ncase $0 in *systemd-run) sleep 30 ;; esac\n';
    for (const name of ['systemd-run', 'systemctl', 'pkill']) writeFileSync(join(stub, name), program, { mode: 0o755 });
    const ended = run(
      'recoverNode',
      `PATH="$folder/bin:$PATH" KB_IN_acceptRewind=true KB_IN_maxSeconds=1 id=x KB_USER=u KB_HOME=/ KB_BIN=/none deadline=$((SECONDS + 1))
half_rewound() { kill "$2"; echo "stopped: $rewind, $rewind_said"; exit 1; }
note_fact logFrom '0 0'
run_rewind_script "$folder/recovery.log"`,
    );
    expect(ended).toEqual({ code: 1, said: 'stopped: failed, still at work after 1 s (maxSeconds)\n' });
  });

  describe('keeps as evidence', () => {
    const data = (): string => join(folder, 'data');
    beforeEach(() => {
      mkdirSync(join(data(), 'sys_wal'), { recursive: true });
      writeFileSync(join(data(), 'sys_wal', '000000010000000000000001'), 'first');
      writeFileSync(join(data(), 'kingbase.conf'), 'port = 54321');
      mkdirSync(join(folder, 'log'));
    });
    const KEEPS = 'KB_DATA=$folder/data KB_ETC=$folder KB_LOG=$folder/log KB_NAME=node101\n';
    const kept = (path: string): string => readFileSync(join(folder, 'ledger', 'evidence', path), 'utf8');

    it('what a database wrote after the first copy, until it was stopped', () => {
      const done = run(
        'recoverNode',
        `${KEEPS}keep_v8r3_evidence
note_fact stopped yes
sleep 0.01
printf changed >"$KB_DATA/sys_wal/000000010000000000000001"
printf second >"$KB_DATA/sys_wal/000000010000000000000002"
keep_what_it_wrote_last
keep_what_it_wrote_last`,
      );
      expect(done.code, done.said).toBe(0);
      expect(kept('wal/000000010000000000000001')).toBe('changed');
      expect(kept('wal/000000010000000000000002')).toBe('second');
      expect(kept('manifest.json')).toContain('./wal/000000010000000000000002');
      expect(kept('manifest.json')).toContain('./controldata.stopped.txt');
      expect(kept('data/kingbase.conf')).toBe('port = 54321');
    });

    it('all or nothing, with the automation let go again', () => {
      const failed = run(
        'recoverNode',
        `${KEEPS}cp() { case $* in *kingbase.conf*) return 1 ;; esac; command cp "$@"; }
load_facts() { already=no; }
resume_automation() { echo resumed; }
step_preserve`,
      );
      expect(failed.code).toBe(1);
      expect(failed.said).toContain('resumed\nDIED the evidence could not be kept');
      expect(() => kept('manifest.json')).toThrow('ENOENT');
    });

    it('the WAL of a server that takes segments away meanwhile', () => {
      const done = run(
        'recoverNode',
        `${KEEPS}cp() { command cp "$@"; [ -e "$folder/tried" ] || { touch "$folder/tried"; return 1; }; }
sleep() { :; }
keep_v8r3_evidence`,
      );
      expect(done.code, done.said).toBe(0);
      expect(kept('wal/000000010000000000000001')).toBe('first');
    });
  });

  it('pauses cron before it copies anything', () => {
    expect(run('recoverNode', 'echo "$ACTION_STEPS"').said).toBe('pause preserve recover verify resume\n');
  });
});

describe('automation.sh', () => {
  const NETWORK = '*/1 * * * * kingbase  /c/db/bin/network_rewind.sh';
  const POOL = '*/1 * * * * root  /c/kingbasecluster/bin/restartcluster.sh';
  const PROSE = '# never run /c/db/bin/network_rewind.sh by hand, see the manual';
  const cron = (): string => readFileSync(join(folder, 'KINGBASECRON'), 'utf8');

  function automation(...words: readonly string[]): ReturnType<typeof run> {
    const text = readFileSync(join(LIBRARY, 'automation.sh'), 'utf8')
      .replaceAll('/etc/cron.d/KINGBASECRON', join(folder, 'KINGBASECRON'))
      .replaceAll('/etc/.KINGBASECRON.pulumi', join(folder, 'new'));
    const conf = `KB_STATE=${folder} KB_BIN=/c/db/bin KB_POOL_BIN=/c/kingbasecluster/bin\n`;
    writeFileSync(join(folder, 'action.conf'), conf);
    writeFileSync(join(folder, 'automation.sh'), text);
    const done = spawnSync('bash', ['--norc', join(folder, 'automation.sh'), ...words], { encoding: 'utf8' });
    return { code: done.status, said: done.stdout + done.stderr };
  }

  function lay(...lines: readonly string[]): void {
    writeFileSync(join(folder, 'KINGBASECRON'), `${lines.join('\n')}\n`);
  }

  it('pauses and resumes every line of the scripts, and no prose about them', () => {
    lay(PROSE, NETWORK, `#${POOL}`, '*/5 * * * * root /usr/bin/true');
    expect(automation('status').said).toBe('running 1 paused 1\n');
    expect(automation('pause')).toEqual({ code: 0, said: '' });
    expect(cron()).toBe(`${PROSE}\n#${NETWORK}\n#${POOL}\n*/5 * * * * root /usr/bin/true\n`);
    expect(automation('resume')).toEqual({ code: 0, said: '' });
    expect(cron()).toBe(`${PROSE}\n${NETWORK}\n${POOL}\n*/5 * * * * root /usr/bin/true\n`);
  });

  it('resumes of its own what it paused of its own, also after a second try, and leaves what was paused by hand', () => {
    lay(NETWORK, `#${POOL}`);
    automation('pause', 'ours');
    automation('pause', 'ours');
    expect(cron()).toBe(`#${NETWORK}\n#${POOL}\n`);
    automation('resume', 'ours');
    expect(cron()).toBe(`${NETWORK}\n#${POOL}\n`);
    automation('pause');
    automation('resume', 'ours');
    expect(cron(), 'paused by hand since').toBe(`#${NETWORK}\n#${POOL}\n`);
    // Nothing is left to pause, and so nothing to resume.
    automation('pause', 'ours');
    automation('resume', 'ours');
    expect(cron()).toBe(`#${NETWORK}\n#${POOL}\n`);
  });

  it('resumes one of the scripts, and the other later', () => {
    lay(NETWORK, POOL);
    automation('pause', 'ours');
    automation('resume', 'ours', 'restartcluster');
    expect(cron()).toBe(`#${NETWORK}\n${POOL}\n`);
    automation('resume', 'ours');
    expect(cron()).toBe(`${NETWORK}\n${POOL}\n`);
  });
});
