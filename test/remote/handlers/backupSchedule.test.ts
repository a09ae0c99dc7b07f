/** The entries in cron of one host: what is written where, and what is left to whoever put it there. */
import { beforeEach, describe, expect, it } from 'vitest';
import { backupScheduleHandler, type BackupScheduleInputs } from '../../../remote/handlers/backupSchedule';
import { backupDocument, backupTarget } from '../../support/backups';
import { FakeCluster } from '../../support/fakeCluster';
import { primaryNode } from '../../support/observations';

const RMAN = '/k/bin/sys_rman --config=/kbrepo/sys_rman.conf --stanza=kingbase';
const FULL = `0 2 * * 0 kingbase /l/backup-job.sh full ${RMAN} --archive-copy --type=full backup`;
const VENDOR = `0 2 */7 * * kingbase ${RMAN} --archive-copy --type=full backup`;

let cluster: FakeCluster;
let inputs: BackupScheduleInputs;
const handler = () => backupScheduleHandler(cluster.open);
const cronOf = () => cluster.backups['repo']?.cron ?? '';

beforeEach(() => {
  cluster = new FakeCluster({ repo: primaryNode('repo') });
  cluster.backups['repo'] = backupDocument();
  cluster.steps['writeCron'] = (name, env) => {
    const text = Buffer.from(env['KB_CRON_NEW'] ?? '', 'base64')
      .toString()
      .trimEnd();
    const field = env['KB_CRON_PLACE'] === 'crontab' ? 'crontab' : 'cron';
    cluster.backups[name] = { ...backupDocument(cluster.backups[name]), [field]: text };
  };
  const cron = {
    form: 'cron.d' as const,
    path: '/etc/cron.d/KINGBASECRON',
    lines: [{ job: 'full' as const, line: FULL }],
  };
  inputs = { ...cluster.node('repo'), backup: backupTarget({ cron, vendorCronLines: 'replace' }) };
});

describe('backupScheduleHandler', () => {
  it('writes the entries, and nothing where they stand', async () => {
    const { id, outs } = await handler().create(inputs);
    expect(id).toBe('10.0.0.24');
    expect(cronOf()).toContain(`\n${FULL}\n`);
    expect(outs.observed).toEqual({ reachable: true, entries: { full: 'active' }, vendor: [], copies: [] });
    expect(await handler().diff(id, outs, inputs)).toEqual({ changes: false });
    await handler().update(id, outs, inputs);
    expect(cluster.log).toEqual(['repo: writeCron']);
  });

  it('tells the node which text it has seen, so that a change in between is not lost', async () => {
    cluster.backups['repo'] = backupDocument({ cron: '# x' });
    await handler().create(inputs);
    expect(cluster.env.get('repo: writeCron')).toMatchObject({
      KB_CRON_PLACE: '/etc/cron.d/KINGBASECRON',
      KB_CRON_OLD: '44647510631c98185d84603cb34a79e028914924a4a03db8ce04f7b49504486f',
    });
  });

  it('sees what was taken out or changed as drift, and what was commented out not', async () => {
    const { id, outs } = await handler().create(inputs);
    const text = cronOf();
    const drift = async (cron: string) => {
      cluster.backups['repo'] = backupDocument({ cron });
      const { props } = await handler().read(id, outs);
      return (await handler().diff(id, props, inputs)).changes;
    };
    expect(await drift(text.replace(`${FULL}\n`, ''))).toBe(true);
    expect(await drift(text.replace('0 2', '0 3'))).toBe(true);
    expect(await drift(`${text}\n${VENDOR}`)).toBe(true);
    expect(await drift(`${text}\n${FULL}`)).toBe(true);
    expect(await drift(text.replace(FULL, `#${FULL}`))).toBe(false);
    await handler().update(id, outs, inputs);
    expect(cronOf(), 'what an operator commented out stays so').toContain(`\n#${FULL}\n`);
  });

  it('keeps entries of the vendor that it takes out', async () => {
    cluster.backups['repo'] = backupDocument({ cron: VENDOR });
    await handler().create(inputs);
    const { KB_CRON_TAKEN = '' } = cluster.env.get('repo: writeCron') ?? {};
    expect(Buffer.from(KB_CRON_TAKEN, 'base64').toString()).toBe(VENDOR);
    expect(cronOf().split('\n')).not.toContain(VENDOR);
  });

  it('refuses them where that is not declared, and changes nothing', async () => {
    cluster.backups['repo'] = backupDocument({ cron: VENDOR });
    const wanted = { ...inputs, backup: { ...inputs.backup, vendorCronLines: 'refuse' as const } };
    await expect(handler().create(wanted)).rejects.toThrow(/sys_backup.sh has entries of its own for stanza kingbase/);
    expect(cluster.log).toEqual([]);
  });

  it('takes its entries away with it, and passes a host that is gone', async () => {
    const { id, outs } = await handler().create(inputs);
    await handler().delete(id, outs);
    expect(cronOf()).toBe('');
    cluster.set('repo', undefined);
    expect((await handler().read(id, outs)).props.observed).toMatchObject({ reachable: false });
    await expect(handler().delete(id, outs)).resolves.toBeUndefined();
    await expect(handler().create(inputs)).rejects.toThrow('its cron tables could not be read');
  });

  it('is replaced on another host', async () => {
    const { id, outs } = await handler().create(inputs);
    const moved = { ...inputs, connection: { ...inputs.connection, host: '10.9.9.9' } };
    expect(await handler().diff(id, outs, moved)).toEqual({ changes: true, replaces: ['connection'] });
  });
});
