// sys_backup.sh with stand-ins for everything it calls: what it writes on which node, what it prints, how it ends. No database runs here, and
// nothing outside a scratch directory is touched; on the lab's nodes the scenarios run it for real.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = join(__dirname, '..', '..', '..', 'lab/toolchain/server/bin/sys_backup.sh');
const NODES = ['10.0.0.11', '10.0.0.12'] as const;
const REPOSITORY = '10.0.0.14';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sys-backup-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

interface World {
  /** The address of the host the script runs on. */
  readonly local?: string;
  readonly version?: string;
  readonly conf?: Readonly<Record<string, string>>;
  readonly archiveMode?: string;
  readonly waiting?: number;
  readonly failing?: string;
  readonly crontab?: string;
}

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** One directory for the host the script runs on, a copy of it below hosts/<ip> for each other node. */
function world(given: World = {}): void {
  const local = given.local ?? REPOSITORY;
  const bin = join(root, 'prefix/bin');
  const program = (path: string, body: string): void => put(path, `#!/bin/bash\n${body}\n`, 0o755);
  program(
    join(bin, 'ksql'),
    `case "$*" in *repmgr.nodes*) ${NODES.map((ip, i) => `echo "${i + 1}|host=${ip} user=esrep dbname=esrep port=54321"`).join(';')};;
     *archive_mode*) echo ${given.archiveMode ?? 'on'};; esac`,
  );
  program(join(bin, 'sys_ctl'), `echo "$*" >>${root}/sys_ctl.calls`);
  program(
    join(bin, 'sys_rman'),
    `echo "$*" >>${root}/sys_rman.calls
     [[ "$*" != *${given.failing ?? 'nothing'}* ]] || exit 1
     [[ "$*" != *stanza-create* ]] || mkdir ${root}/repo/backup`,
  );
  program(
    join(bin, 'sys_securecmd'),
    `ip=\${@: -2:1}; command=\${@: -1}
     echo "$ip" >>${root}/channel.calls
     from=${root}; to=$from/hosts/$ip
     exec bash -c "\${command//"$from"/"$to"}"`,
  );
  put(join(root, 'prefix/share/version'), `${given.version ?? 'V008R006C009B0014'}\n`);
  put(join(root, 'data/es_rep.conf'), "max_connections=100\narchive_command='exit 0'\n");
  put(join(root, 'data/kingbase.conf'), "archive_command=''\n");
  for (let n = 0; n < (given.waiting ?? 0); n += 1) put(join(root, `data/pg_wal/archive_status/${n}.ready`), '');
  mkdirSync(join(root, 'data/pg_wal/archive_status'), { recursive: true });
  for (const ip of NODES) {
    const home = ip === local ? root : join(root, 'hosts', ip);
    if (ip !== local)
      for (const part of ['prefix', 'data']) cpSync(join(root, part), join(home, part), { recursive: true });
    put(
      join(home, 'prefix/etc/repmgr.conf'),
      `conninfo='host=${ip} user=esrep port=54321'\ndata_directory='${root}/data'\n`,
    );
  }
  mkdirSync(join(root, 'tmp'));
  put(join(bin, 'sys_backup.sh'), readFileSync(SCRIPT, 'utf8').replace('logs=/tmp\n', `logs=${root}/tmp\n`));
  program(join(root, 'fakes/ip'), `echo "    inet ${local}/24 scope global eth0"`);
  program(join(root, 'fakes/sudo'), `echo "\${@: -1}" >${root}/sudo.command`);
  program(join(root, 'fakes/crontab'), `if [ "$1" = - ]; then cat >${root}/crontab; else cat ${root}/crontab; fi`);
  if (given.crontab !== undefined) put(join(root, 'crontab'), given.crontab);
  const conf = {
    _target_db_style: 'cluster',
    _one_db_ip: NODES[0],
    _repo_ip: REPOSITORY,
    _stanza_name: 'kingbase',
    _os_user_name: userInfo().username,
    _repo_path: join(root, 'repo'),
    _repo_retention_full_count: '5',
    _crond_full_days: '7',
    _crond_diff_days: '0',
    _crond_incr_days: '1',
    _crond_full_hour: '2',
    _crond_diff_hour: '3',
    _crond_incr_hour: '4',
    _os_ip_cmd: join(root, 'fakes/ip'),
    ...given.conf,
  };
  put(
    join(root, 'prefix/share/sys_backup.conf'),
    Object.entries(conf)
      .map(([key, value]) => `${key}="${value}"\n`)
      .join(''),
  );
}

function run(...words: string[]): { code: number | null; out: string; error: string } {
  const done = spawnSync('bash', [join(root, 'prefix/bin/sys_backup.sh'), ...words], {
    encoding: 'utf8',
    timeout: 60_000,
    input: '',
    // Without SHLVL bash takes the socket on its standard input for a remote shell and reads ~/.bashrc.
    env: { PATH: `${join(root, 'fakes')}:/usr/bin:/bin`, SHLVL: '2' },
  });
  return { code: done.status, out: done.stdout, error: done.stderr.trimEnd() };
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const archiveCommand = (): string =>
  `archive_command='export TZ=Asia/Shanghai;${root}/prefix/bin/sys_rman --config ${root}/repo/sys_rman.conf --stanza=kingbase archive-push %p'`;

describe('sys_backup.sh init', () => {
  it('prints what the vendor prints', () => {
    world();
    expect(run('init')).toEqual({
      code: 0,
      error: '',
      out: `# pre-condition: check the non-archived WAL files
# Check 10.0.0.11 archive-mode == on
# Check 10.0.0.12 archive-mode == on
# generate local sys_rman.conf...DONE
# update all node: sys_rman.conf and archive_command with sys_rman.archive-push...
# update all node: sys_rman.conf and archive_command with sys_rman.archive-push...DONE
# create stanza and check...(maybe 60+ seconds)
# create stanza and check...DONE
# initial first full backup...(maybe several minutes)
# initial first full backup...DONE
# Initial sys_rman OK.
'sys_backup.sh start' should be executed when need back-rest feature.
`,
    });
    expect(read('sys_rman.calls').match(/stanza-create|check$|--type=full backup/gm)).toEqual([
      'stanza-create',
      'check',
      '--type=full backup',
    ]);
  });

  it('names every database node with its host in the file of an external repository', () => {
    world();
    run('init');
    const text = read('repo/sys_rman.conf');
    expect(text).toMatch(/^# Genarate by script at \d{14}, should not change manually\n\[kingbase\]\nkb1-path=/);
    expect(text).toContain('kb1-user=esrep\nkb1-host=10.0.0.11\n');
    expect(text).toContain('kb2-user=esrep\nkb2-host=10.0.0.12\n');
    expect(text).not.toContain('cipher');
  });

  it('takes the node that holds the repository for kb1, without a host', () => {
    world({ local: NODES[1], conf: { _repo_ip: NODES[1] } });
    expect(run('init').code).toBe(0);
    expect(read('repo/sys_rman.conf')).toContain(`kb1-user=esrep\nkb2-path=${root}/data\n`);
    expect(read('repo/sys_rman.conf')).toContain('kb2-host=10.0.0.11\n');
    expect(read('data/es_rep.conf')).toContain(archiveCommand());
  });

  it('gives every other node the way to the repository and the same archive_command, once', () => {
    world();
    run('init');
    for (const ip of NODES) {
      expect(read(`hosts/${ip}/repo/sys_rman.conf`)).toContain(`repo1-host=${REPOSITORY}\nrepo1-host-user=`);
      // What the stand-in for the channel does to paths is undone.
      const settings = read(`hosts/${ip}/data/es_rep.conf`).replaceAll(`${root}/hosts/${ip}`, root);
      expect(settings).toBe(`max_connections=100\n${archiveCommand()}\n`);
    }
  });

  it('writes the password of an encrypted repository where only the user reads it, and makes one where none is given', () => {
    world();
    expect(run('-m', 'auto', '-c', 'aes-256-cbc', '-x', 'a b').code).toBe(1);
    expect(run('-m', 'auto', '-c', 'aes-256-cbc', '-x', 'a b', 'init').code).toBe(0);
    expect(read('repo/sys_rman.conf')).toContain('repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=a b\n');
    expect(spawnSync('stat', ['-c', '%a', join(root, 'repo/sys_rman.conf')], { encoding: 'utf8' }).stdout).toBe(
      '600\n',
    );
    expect(read(`hosts/${NODES[0]}/repo/sys_rman.conf`)).not.toContain('cipher');
    rmSync(root, { recursive: true });
    world();
    run('-c', 'aes-256-cbc', 'init');
    expect(read('repo/sys_rman.conf')).toMatch(/^repo1-cipher-pass=\S{64}$/m);
  });

  it('keeps the disk checks for builds that know them', () => {
    world({ version: 'V009R001C002B0014' });
    mkdirSync(join(root, 'prefix/log'));
    run('init');
    expect(read('repo/sys_rman.conf')).toContain('repo-disk-warn=16384MB\nrepo-disk-error=1024MB\n');
    rmSync(root, { recursive: true });
    world();
    run('init');
    expect(read('repo/sys_rman.conf')).not.toContain('repo-disk');
  });

  it.each<[string, World, number, string]>([
    [
      'an address that is not here',
      { conf: { _repo_ip: '10.0.0.99' } },
      7,
      'repo_ip must located in local, and sys_backup.sh be executed at REPO host.',
    ],
    [
      'an address that only begins like ours',
      { conf: { _repo_ip: '10.0.0.1' } },
      7,
      'repo_ip must located in local, and sys_backup.sh be executed at REPO host.',
    ],
    ['another user', { conf: { _os_user_name: 'somebody' } }, 5, 'sys_backup.sh must be executed by db-specify user'],
    ['a stanza without a name', { conf: { _stanza_name: '' } }, 1, 'sys_backup.conf invalid.'],
    ['no retention', { conf: { _repo_retention_full_count: '0' } }, 1, 'Configured repo-retention-full invalid.'],
    ['an hour of 24', { conf: { _crond_full_hour: '24' } }, 1, 'Configured crond-full-hour invalid.'],
    [
      'too many segments waiting',
      { conf: { _non_archived_space: '128' }, waiting: 9 },
      1,
      'RMAN-00500: Non archived WAL files more than 128 M',
    ],
    [
      'a stanza that cannot be created',
      { failing: 'stanza-create' },
      2,
      'create stanza failed, check log file ROOT/tmp/sys_rman_stanza-create.log',
    ],
    ['a check that fails', { failing: 'check' }, 3, 'check stanza failed, check log file ROOT/tmp/sys_rman_check.log'],
    [
      'a backup that fails',
      { failing: 'type=full' },
      4,
      'full backup failed, check log file ROOT/tmp/sys_rman_backup.log',
    ],
    [
      'single-pro',
      { conf: { _target_db_style: 'single-pro' } },
      1,
      "the lab's sys_backup.sh does not cover _target_db_style=single-pro",
    ],
  ])('ends with the code and the words for %s', (_, given, code, text) => {
    world(
      given.waiting === undefined ? given : { ...given, local: NODES[0], conf: { ...given.conf, _repo_ip: NODES[0] } },
    );
    expect(run('init')).toMatchObject({ code, error: `ERROR: ${text.replace('ROOT', root)}` });
  });

  it('lets as many segments wait as are allowed', () => {
    world({ waiting: 8, local: NODES[0], conf: { _non_archived_space: '128', _repo_ip: NODES[0] } });
    expect(run('init').code).toBe(0);
  });

  it('refuses a repository that is there, and leaves it alone', () => {
    world();
    put(join(root, 'repo/kept'), 'x');
    expect(run('init')).toMatchObject({ code: 1, error: `ERROR: Configured repo-path [${root}/repo] already exists` });
    expect(existsSync(join(root, 'repo/kept'))).toBe(true);
  });

  it('takes an unfinished repository away, so that init can be run again', () => {
    world({ failing: 'stanza-create' });
    run('init');
    expect(existsSync(join(root, 'repo'))).toBe(false);
  });

  it('does not restart a cluster without archiving, but says so', () => {
    world({ archiveMode: 'off' });
    expect(run('-m', 'auto', 'init')).toMatchObject({
      code: 1,
      error: expect.stringContaining('archive_mode of 10.0.0.11 is off'),
    });
  });

  it('switches archiving on for a single database when it may, and not without being told to', () => {
    const single = {
      local: NODES[0],
      archiveMode: 'off',
      conf: {
        _target_db_style: 'single',
        _repo_ip: NODES[0],
        _single_data_dir: join(root, 'data'),
        _single_db_port: '54321',
        _single_db_user: 'system',
      },
    };
    world(single);
    expect(run('init')).toMatchObject({ code: 1, error: 'ERROR: archive_mode of 10.0.0.11 is off' });
    expect(run('-m', 'auto', 'init').code).toBe(0);
    expect(read('data/kingbase.conf')).toBe(`archive_mode='on'\n${archiveCommand()}\n`);
    expect(read('sys_ctl.calls')).toContain('restart');
  });
});

describe('sys_backup.sh start, stop, pause, unpause', () => {
  const OURS =
    '0 2 * * 0 /usr/local/lib/pulumi-kingbase/backup-job.sh full /b/sys_rman --config=/c --stanza=kingbase --type=full backup';

  it.each(['start', 'stop', 'pause', 'unpause'])('wants init before %s', (command) => {
    world();
    expect(run(command)).toMatchObject({ code: 5, error: 'ERROR: sys_backup.sh init must executed firstly' });
  });

  it('writes lines for the crontab of V9, and takes away whatever matches its pattern', () => {
    world({ version: 'V009R001C002B0014', crontab: `5 * * * * true\n${OURS}\n` });
    put(join(root, 'repo/sys_rman.conf'), '');
    expect(run('start').out).toBe(
      'Enable some sys_rman in crontab-daemon\nSet full-backup in 7 days\nSet incr-backup in 1 days\n',
    );
    const line = (type: string): string =>
      `${root}/prefix/bin/sys_rman --config=${root}/repo/sys_rman.conf --stanza=kingbase --archive-copy --type=${type} backup >> ${root}/prefix/log/sys_rman_backup_${type}.log 2>&1\n`;
    expect(read('crontab')).toBe(`5 * * * * true\n0 2 */7 * * ${line('full')}0 4 */1 * * ${line('incr')}`);
    expect(run('stop').out).toBe('Disable all sys_rman in crontab-daemon\n');
    expect(read('crontab')).toBe('5 * * * * true\n');
  });

  it('writes lines with a user for the file of V8R6, as root', () => {
    world();
    put(join(root, 'repo/sys_rman.conf'), '');
    expect(run('start').code).toBe(0);
    const [, text = '', target] = /^echo (\S+) \| base64 -d >(\S+) &&/.exec(read('sudo.command')) ?? [];
    expect(target).toBe('/etc/cron.d/KINGBASECRON');
    expect(Buffer.from(text, 'base64').toString()).toContain(
      `0 2 */7 * * ${userInfo().username} ${root}/prefix/bin/sys_rman --config=${root}/repo/sys_rman.conf --stanza=kingbase --archive-copy --type=full backup >>${root}/tmp/sys_rman_backup_full.log 2>&1\n`,
    );
  });

  it('pauses and resumes as sys_rman does, in the spelling of the vendor', () => {
    world();
    put(join(root, 'repo/sys_rman.conf'), '');
    expect(run('pause').out).toBe('Puase the sys_rman...DONE\n');
    expect(run('unpause').out).toBe('Un-Puase the sys_rman...DONE\n');
    expect(
      read('sys_rman.calls')
        .trimEnd()
        .split('\n')
        .map((call) => call.split(' ').at(-1)),
    ).toEqual(['stop', 'start']);
  });
});
