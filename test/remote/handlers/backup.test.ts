/** Backup against nodes that are only observations: which steps run in which order, what is refused, and what a killed run leaves to the next one. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackupNodeDocument } from '../../../core/observe/backup/parseBackupNode';
import type { ServerAnswers } from '../../../core/observe/types';
import { backupHandler, type BackupInputs } from '../../../remote/handlers/backup';
import { ARCHIVE_COMMAND, backupDocument, backupTarget, command, infoJson, job, row } from '../../support/backups';
import { FakeCluster } from '../../support/fakeCluster';
import { OTHER_SYSTEM, primaryNode, standbyNode } from '../../support/observations';

const FILE = '/kbdata/data/es_rep.conf';
const FULL = { label: '20261121-133712F', stop: 1_795_268_242 };
const CONF = 'kb1-path=/kbdata/data\nrepo1-path=/kbrepo/orders\ncompress-type=none\nprocess-max=4\n';

const archiving = (changes: { mode?: string; command?: string; file?: string } = {}): Partial<ServerAnswers> => {
  const base = { unit: '', source: 'configuration file', line: 9, pendingRestart: false };
  const live = changes.command ?? ARCHIVE_COMMAND;
  const file = changes.file ?? FILE;
  return {
    settings: [
      { ...base, name: 'archive_mode', value: changes.mode ?? 'on', type: 'enum', context: 'postmaster', file: FILE },
      { ...base, name: 'archive_command', value: live, type: 'string', context: 'sighup', file },
    ],
    fileSettings: [{ name: 'archive_command', value: live, file, line: 9, applied: true, error: '' }],
  };
};

let cluster: FakeCluster;
let inputs: BackupInputs;

const managed = { managedSettingsText: `archive_mode=on\narchive_command='${ARCHIVE_COMMAND}'\n` };
const info = (options: Parameters<typeof infoJson>[0], more: Partial<BackupNodeDocument> = {}) =>
  backupDocument({ info: command(infoJson(options)), ...more });
const handler = () => backupHandler(cluster.open, cluster.clock);
/** What is done, without the directories that every run makes sure of. */
const done = () => cluster.log.filter((entry) => !entry.endsWith(': prepare'));

beforeEach(() => {
  cluster = new FakeCluster({
    node1: primaryNode('node1', managed, archiving()),
    node2: standbyNode('node2', managed, archiving()),
    repo: primaryNode('repo'),
  });
  cluster.backups['repo'] = info({ code: 1, message: 'missing stanza path' });
  cluster.steps['stanzaCreate'] = () => void (cluster.backups['repo'] = info({ code: 2 }));
  cluster.steps['startFull'] = () =>
    void (cluster.backups['repo'] = info({ backups: [FULL] }, { jobs: [job({ job: 'full' })] }));
  const nodes = ['node1', 'node2', 'repo'].map((name) => cluster.node(name));
  inputs = { nodes, backup: backupTarget(), conf: { repo: CONF } };
});

describe('create', () => {
  it('prepares every host, makes the stanza, checks it, and makes a first full backup', async () => {
    const { id, outs } = await handler().create(inputs);
    expect(cluster.log.slice(0, 3).sort()).toEqual(['node1: prepare', 'node2: prepare', 'repo: prepare']);
    expect(done()).toEqual(['repo: stanzaCreate', 'repo: check', 'repo: startFull', 'repo: followFull']);
    expect(id).toBe('orders/kingbase');
    expect(outs.observed).toEqual({ stanzas: { repo: 'ok' }, archiving: [], unreadable: [] });
    expect(cluster.env.get('repo: prepare')).toMatchObject({
      KB_BACKUP_HOST: 'yes',
      KB_REPO_PATHS: '/kbrepo/orders',
      KB_BACKUP_UNIT: 'kb-backup-orders.service',
    });
    expect(cluster.env.get('node1: prepare')).toMatchObject({ KB_BACKUP_HOST: 'no', KB_REPO_PATHS: '' });
  });

  it('holds the cluster meanwhile', async () => {
    let held = '';
    cluster.steps['check'] = () => void (held = cluster.operations.get('node1') ?? '');
    await handler().create(inputs);
    expect(held).toContain('"what":"backup"');
    expect(cluster.operations.size).toBe(0);
  });

  it('respects another run that holds the cluster', async () => {
    cluster.operations.set(
      'node1',
      '{"token":"x","what":"rollout","operator":"a@b","pid":1,"place":"","since":1,"expires":9}',
    );
    await expect(handler().create(inputs)).rejects.toThrow('the cluster is held by another run');
    expect(cluster.log).toEqual([]);
  });

  it('only checks where a killed run had done everything', async () => {
    cluster.backups['repo'] = info({ backups: [FULL] });
    await handler().create(inputs);
    expect(done()).toEqual(['repo: check']);
  });

  it('attaches to a full backup that a killed run left at work, and starts no second one', async () => {
    const atWork = job({ job: 'full', exitCode: null, stopSeconds: null }, true);
    cluster.backups['repo'] = info({ code: 2 }, { jobs: [atWork] });
    cluster.steps['followFull'] = () =>
      void (cluster.backups['repo'] = info({ backups: [FULL] }, { jobs: [job({ job: 'full' })] }));
    await handler().create(inputs);
    expect(done()).toEqual(['repo: check', 'repo: followFull']);
  });

  it('starts one again that was cut off', async () => {
    const cut = job({ job: 'full', exitCode: null, stopSeconds: null }, false);
    cluster.backups['repo'] = info({ code: 2 }, { jobs: [cut] });
    await handler().create(inputs);
    expect(done()).toEqual(['repo: check', 'repo: startFull', 'repo: followFull']);
  });

  it('makes no backup where the check fails, and says what sys_rman said', async () => {
    cluster.steps['check'] = () => 82;
    await expect(handler().create(inputs)).rejects.toThrow(
      /^repo: sys_rman check failed for stanza kingbase\n {2}check failed\nHINT: /,
    );
    expect(done()).toEqual(['repo: stanzaCreate', 'repo: check']);
    expect(cluster.operations.size, 'the cluster is free again').toBe(0);
  });

  it('says how a full backup failed, which fault that is, and where its log lies', async () => {
    const tail =
      'P00 INFO: backup command begin 2.27: --x\nERROR: [050]: unable to acquire lock on file /tmp/sys_rman/kingbase-backup.lock';
    cluster.steps['startFull'] = () =>
      void (cluster.backups['repo'] = info({ code: 2 }, { jobs: [job({ job: 'full', exitCode: 50, tail })] }));
    const refused = await handler()
      .create(inputs)
      .catch((error: Error) => error.message);
    expect(refused).toMatch(/the full backup of stanza kingbase failed: exit code 50\n {2}ERROR: \[050\]/);
    expect(refused).toMatch(/\nthis is the fault backup\/locked: .+\nHINT: .+sys_rman_backup_full.log on repo/);
    expect(refused).not.toContain('command begin');
  });

  it('gives the plain output of a failure that no rule knows', async () => {
    cluster.steps['startFull'] = () =>
      void (cluster.backups['repo'] = info(
        { code: 2 },
        { jobs: [job({ job: 'full', exitCode: 9, tail: 'odd words' })] },
      ));
    await expect(handler().create(inputs)).rejects.toThrow(
      /failed: exit code 9\n {2}odd words\nHINT: Its whole output: /,
    );
  });

  it('does not believe a success without a backup in the catalogue', async () => {
    cluster.steps['startFull'] = () =>
      void (cluster.backups['repo'] = info({ code: 2 }, { jobs: [job({ job: 'full' })] }));
    await expect(handler().create(inputs)).rejects.toThrow('its catalogue still lacks: check, full');
  });

  it('touches no stanza of another database', async () => {
    cluster.backups['repo'] = info({ system: OTHER_SYSTEM, backups: [FULL] });
    await expect(handler().create(inputs)).rejects.toThrow('belongs to another database');
    expect(done()).toEqual([]);
  });

  it('refuses an overridden archive_command of any node, with both places', async () => {
    const auto = '/kbdata/data/kingbase.auto.conf';
    cluster.set('node2', standbyNode('node2', managed, archiving({ command: '/bin/true', file: auto })));
    await expect(handler().create(inputs)).rejects.toThrow(
      /^node2: another place keeps .* written .* at \/kbdata\/data\/es_rep\.conf:2, in effect \/bin\/true from \/kbdata\/data\/kingbase\.auto\.conf:9/,
    );
    expect(done()).toEqual([]);
  });

  it('passes no node that could not be read', async () => {
    const node = cluster.nodes['node2'];
    cluster.steps['prepare'] = (name) => void (name === 'node2' ? cluster.set('node2', undefined) : undefined);
    await expect(handler().create(inputs)).rejects.toThrow(/^node2: whether it archives could not be read/);
    expect(node).toBeDefined();
    expect(done()).toEqual([]);
  });

  it('gives the role of the backups, which is no superuser in V9, what it lacks on the primary, before anything is asked of sys_rman', async () => {
    const nodes = inputs.nodes.map((node) => ({ ...node, target: { ...node.target, version: 'V9' as const } }));
    await handler().create({ ...inputs, nodes });
    expect(done().slice(0, 2)).toEqual(['node1: grantRights', 'repo: stanzaCreate']);
    expect(cluster.env.get('node1: grantRights')).toMatchObject({ KB_BACKUP_ROLE: 'esrep' });
  });

  it('takes the limit on idle sessions from the role that backups log in with, and says so', async () => {
    const sql = (...roles: string[]) =>
      command([row('archiver', 1, '', '', 0, '', ''), row('idle', 'client_idle_timeout', 300), ...roles].join('\n'));
    cluster.backups['node1'] = backupDocument({ archiver: sql() });
    await handler().create(inputs);
    expect(done()).toContain('node1: keepSessions');
    expect(cluster.env.get('node1: keepSessions')).toMatchObject({
      KB_BACKUP_ROLE: 'esrep',
      KB_IDLE_SETTING: 'client_idle_timeout',
    });
    cluster.log.length = 0;
    cluster.backups['node1'] = backupDocument({ archiver: sql(row('role', 'esrep', 'client_idle_timeout=0')) });
    await handler().create(inputs);
    expect(done()).toEqual(['repo: check']);
  });
});

describe('diff', () => {
  const diff = async (olds: object, news: object = {}): Promise<boolean> =>
    (await handler().diff('x', { ...inputs, ...olds }, { ...inputs, ...news })).changes;

  it('sees a change of what is asked for and damage that a read found, and no other', async () => {
    const observed = { stanzas: { repo: 'ok' as const }, archiving: [], unreadable: [] };
    expect(await diff({ observed })).toBe(false);
    expect(await diff({ observed: { ...observed, unreadable: ['repo'] } })).toBe(false);
    expect(await diff({ observed }, { conf: { repo: `${CONF}x=y` } })).toBe(true);
    expect(await diff({ observed }, { backup: backupTarget({ stanza: 'other' }) })).toBe(true);
    expect(await diff({ observed: { ...observed, stanzas: { repo: 'no full backup' } } })).toBe(true);
    expect(await diff({ observed: { ...observed, archiving: ['node2: off'] } })).toBe(true);
  });
});

describe('update', () => {
  beforeEach(() => void (cluster.backups['repo'] = info({ backups: [FULL] })));
  const update = (conf: string, observed?: object) =>
    handler().update(
      'x',
      { ...inputs, ...(observed === undefined ? {} : { observed: observed as never }) },
      { ...inputs, conf: { repo: conf } },
    );

  it('runs nothing for what the next call or the next full backup takes up', async () => {
    await update(CONF.replace('=4', '=8'));
    await update(CONF.replace('=none', '=gz'));
    expect(done()).toEqual([]);
  });

  it('confirms the stanza, checks and makes a full backup for another path', async () => {
    await update(CONF.replace('kb1-path=/kbdata/data', 'kb1-path=/kbdata/new'));
    expect(done()).toEqual(['repo: stanzaCreate', 'repo: check', 'repo: startFull', 'repo: followFull']);
  });

  it('says before a full backup that it cuts the window that is kept, and nothing where it does not', async () => {
    const said: string[] = [];
    const listening = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    const now = backupDocument({}).epochSeconds;
    const fulls = [20, 8].map((age, n) => ({ label: `2026112${n}-133712F`, stop: now - age * 86_400 }));
    cluster.backups['repo'] = info({ backups: fulls });
    const moved = { repo: CONF.replace('kb1-path=/kbdata/data', 'kb1-path=/kbdata/new') };
    const asked = async (fullBackups: number): Promise<string> => {
      said.length = 0;
      const backup = backupTarget({ retention: { windowDays: 14, fullBackups } });
      cluster.backups['repo'] = info({ backups: fulls });
      await handler().update('x', inputs, { ...inputs, backup, conf: moved });
      return said.join('');
    };
    try {
      expect(await asked(2)).toMatch(
        /WARNING: this full backup is one more than the 2 that are kept: the oldest goes, and restores reach back to .+Z only, not 14 days/,
      );
      expect(await asked(3)).not.toContain('WARNING');
    } finally {
      listening.mockRestore();
    }
  });

  it('refuses a repository that was there and is not, and makes one for another path', async () => {
    cluster.backups['repo'] = info({ code: 1, message: 'missing stanza path' });
    const refused = update(CONF, { stanzas: { repo: 'missing' }, archiving: [], unreadable: [] });
    await expect(refused).rejects.toThrow(/^repo: stanza kingbase was made in \/kbrepo\/orders before/);
    expect(done()).toEqual([]);
    await update(CONF.replace('repo1-path=/kbrepo/orders', 'repo1-path=/new'));
    expect(done()).toContain('repo: stanzaCreate');
  });

  it.each([
    ['kb1-path=/kbdata/data', 'kb1-path=/kbdata/new'],
    ['repo1-path=/kbrepo/orders', 'repo1-path=/kbrepo/orders\nkb2-path=/kbdata/data'],
  ])('refuses a repository that is not there while %s becomes %s: its volume may not be mounted', async (old, now) => {
    cluster.backups['repo'] = info({ code: 1, message: 'missing stanza path' });
    await expect(update(CONF.replace(old, now))).rejects.toThrow(
      /^repo: stanza kingbase was made in \/kbrepo\/orders before, and nothing of it is there\nHINT: Is its volume mounted\?/,
    );
    expect(done()).toEqual([]);
  });

  it('takes the record of an earlier full backup for none of its own', async () => {
    const old = job({ job: 'full', startSeconds: 5, stopSeconds: 6 });
    cluster.backups['repo'] = info({ backups: [FULL] }, { jobs: [old] });
    cluster.steps['stanzaCreate'] = () => undefined;
    cluster.steps['startFull'] = () => undefined;
    await expect(update(CONF.replace('/kbdata/data', '/kbdata/new'))).rejects.toThrow(
      'the full backup of stanza kingbase failed: it left no record',
    );
  });

  it('checks after damage that a read found', async () => {
    await update(CONF, { stanzas: { repo: 'ok' }, archiving: ['node2: off'], unreadable: [] });
    expect(done()).toEqual(['repo: check']);
  });
});

describe('read', () => {
  const read = async () => (await handler().read('x', inputs)).props.observed;

  it('changes nothing and says the same while all is well, whatever backups came meanwhile', async () => {
    cluster.backups['repo'] = info({ backups: [FULL] });
    const first = await read();
    cluster.backups['repo'] = info({
      backups: [FULL, { label: `${FULL.label}_20261122-040000I`, stop: 1_795_320_000 }],
    });
    expect(await read()).toEqual(first);
    expect(first).toEqual({ stanzas: { repo: 'ok' }, archiving: [], unreadable: [] });
    expect(cluster.log).toEqual([]);
  });

  it.each([
    [{ code: 1 }, 'missing'],
    [{ code: 2 }, 'no full backup'],
    [{ system: OTHER_SYSTEM }, 'of another database'],
  ])('names what is wrong with a stanza: %j is %s', async (options, state) => {
    cluster.backups['repo'] = info(options);
    expect((await read())?.stanzas).toEqual({ repo: state });
  });

  it('does not throw where hosts are gone', async () => {
    cluster.set('repo', undefined);
    cluster.set('node2', undefined);
    expect(await read()).toEqual({ stanzas: {}, archiving: [], unreadable: ['node2', 'repo'] });
    cluster.set('node1', undefined);
    expect((await read())?.unreadable).toEqual([expect.stringContaining('no database node shows a system identifier')]);
  });

  it('names what keeps archiving out of effect', async () => {
    cluster.backups['repo'] = info({ backups: [FULL] });
    cluster.set('node2', standbyNode('node2', managed, archiving({ mode: 'off' })));
    expect((await read())?.archiving).toEqual([expect.stringMatching(/^node2: archive_mode: .*restart/)]);
  });
});

describe('delete', () => {
  it('touches nothing', async () => {
    await handler().delete('x', inputs);
    expect(cluster.log).toEqual([]);
  });
});
