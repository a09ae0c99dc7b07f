/**
 * Installation on a node, with the real node scripts run by bash in a folder of the test. Proves media upload, unpacking, resumption, licence, key and drift.
 * Does not prove account creation or setuid copies: those need root, the lab does.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installHandler, type InstallInputs, type InstallOutputs } from '../../../remote/handlers/install';
import { digestFile } from '../../../remote/handlers/installMedia';
import { LocalRemote } from '../../support/localRemote';
import { targetIn } from '../../support/nodeTarget';

const PROGRAMS =
  'kingbase initdb sys_ctl ksql sys_rewind sys_basebackup sys_controldata sys_isready repmgr repmgrd kbha';

let root: string;
let remote: LocalRemote;
const handler = () => installHandler(() => remote);
const at = (name: string): string => join(root, name);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-install-'));
  remote = new LocalRemote(root);
  remote.stub('runuser', 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function makePrograms(bin: string): void {
  mkdirSync(bin, { recursive: true });
  for (const program of PROGRAMS.split(' ')) {
    writeFileSync(join(bin, program), '#!/bin/sh\necho "KINGBASE (KingbaseES) V008R006C009B0014"\n');
    chmodSync(join(bin, program), 0o755);
  }
}

function inputs(install: InstallInputs['install']): InstallInputs {
  return {
    connection: { host: '10.0.0.11', port: 22, user: 'ops', hostKey: 'ssh-ed25519 AAAA' },
    target: targetIn(root, { home: userInfo().homedir }),
    install,
    identity: at('.ssh/id_ed25519_pulumi_kingbase'),
  };
}

async function makeMedia(): Promise<InstallInputs> {
  makePrograms(at('pack/kingbase/bin'));
  mkdirSync(at('pack/kingbase/share'));
  writeFileSync(at('pack/kingbase/share/payload'), Buffer.alloc(9_000_000, 'kingbase'));
  mkdirSync(at('pack/kingbase/data'));
  execFileSync('tar', ['-C', at('pack'), '-cf', at('db.tar'), 'kingbase']);
  writeFileSync(at('license.dat'), 'expires=never\n');
  const news = inputs({ source: 'media', zip: at('db.tar'), license: at('license.dat') });
  const checked = await handler().check?.({}, news);
  expect(checked?.failures).toEqual([]);
  return checked?.inputs as InstallInputs;
}

describe('existing programs', () => {
  it('are checked, and the node gets a key that never leaves it', async () => {
    makePrograms(at('kingbase/bin'));
    const { outs } = await handler().create(inputs({ source: 'existing' }));
    const pub = readFileSync(at('.ssh/id_ed25519_pulumi_kingbase.pub'), 'utf8').trim();
    expect(pub).toBe(`${outs.publicKey} ${userInfo().username}@node1`);
    expect(outs.publicKey).toMatch(/^ssh-ed25519 \S+$/);
    expect(statSync(at('.ssh/id_ed25519_pulumi_kingbase')).mode & 0o7777).toBe(0o600);
    expect(outs.incarnation).toBe(readFileSync('/etc/machine-id', 'utf8').trim());
    expect(outs.kingbaseVersion).toBe('KINGBASE (KingbaseES) V008R006C009B0014');
    expect(JSON.stringify(outs)).not.toContain('PRIVATE KEY');
    expect(['kingbase/etc', 'kingbase/log', 'kingbase/archive', 'volume'].every((name) => existsSync(at(name)))).toBe(
      true,
    );
  });

  it('are named where they are missing', async () => {
    makePrograms(at('kingbase/bin'));
    rmSync(at('kingbase/bin/repmgrd'));
    chmodSync(at('kingbase/bin/kbha'), 0o644);
    await expect(handler().create(inputs({ source: 'existing' }))).rejects.toThrow(
      /not executable for \S+ in \S+\/kingbase\/bin: repmgrd kbha; correct directories\.prefix/,
    );
  });

  it('are left alone on delete; key and empty directories of ours go', async () => {
    makePrograms(at('kingbase/bin'));
    const { outs } = await handler().create(inputs({ source: 'existing' }));
    writeFileSync(at('kingbase/archive/0001'), 'wal');
    await handler().delete('id', outs);
    expect(existsSync(at('kingbase/bin/kingbase'))).toBe(true);
    expect(existsSync(at('kingbase/archive/0001'))).toBe(true);
    expect(existsSync(at('.ssh/id_ed25519_pulumi_kingbase'))).toBe(false);
    expect(existsSync(at('state'))).toBe(false);
  });
});

describe('media', () => {
  it('are brought, unpacked and licensed; a second run brings nothing', async () => {
    const news = await makeMedia();
    const { outs } = await handler().create(news);
    expect(remote.calls.filter((call) => call.label.startsWith('upload'))).toHaveLength(2);
    expect(statSync(at('kingbase/bin/repmgr')).mode & 0o777).toBe(0o755);
    expect(readFileSync(at('kingbase/bin/license.dat'), 'utf8')).toBe('expires=never\n');
    expect(existsSync(at('kingbase/data'))).toBe(false);
    expect(existsSync(at('state/ha/media'))).toBe(false);
    remote.calls.length = 0;
    await handler().update('id', outs, news);
    expect(remote.calls.filter((call) => call.label.startsWith('upload'))).toEqual([]);
    expect(await handler().diff('id', outs, news)).toEqual({ changes: false });
  });

  it('go on where an interrupted upload ended', async () => {
    const news = await makeMedia();
    const sum = await digestFile(at('db.tar'));
    mkdirSync(at('state/ha/media'), { recursive: true });
    writeFileSync(at(`state/ha/media/${sum}.zip`), readFileSync(at('db.tar')).subarray(0, 8_500_000));
    await handler().create(news);
    expect(remote.calls.filter((call) => call.label.startsWith('upload'))).toHaveLength(1);
    expect(existsSync(at('kingbase/bin/kingbase'))).toBe(true);
  });

  it('with another checksum are refused and thrown away', async () => {
    const news = await makeMedia();
    const wrong = { ...news, install: { ...news.install, zipSha256: 'a'.repeat(64) } };
    await expect(handler().create(wrong)).rejects.toThrow('do not have the checksum aaaa');
    expect(existsSync(at(`state/ha/media/${'a'.repeat(64)}.zip`))).toBe(false);
    expect(existsSync(at('kingbase/bin'))).toBe(false);
  });

  it('never replace an installation of somebody else', async () => {
    const news = await makeMedia();
    makePrograms(at('kingbase/bin'));
    await expect(handler().create(news)).rejects.toThrow('holds an installation that this program did not put there');
  });

  it('and what came with them go on delete; etc, log, archive stay where they hold something', async () => {
    const { outs } = await handler().create(await makeMedia());
    writeFileSync(at('kingbase/log/hamgr.log'), 'log');
    await handler().delete('id', outs);
    expect(existsSync(at('kingbase/bin'))).toBe(false);
    expect(existsSync(at('kingbase/share'))).toBe(false);
    expect(existsSync(at('kingbase/log/hamgr.log'))).toBe(true);
  });

  it('that are not on this machine are a failure of the input', async () => {
    const checked = await handler().check?.(
      {},
      inputs({ source: 'media', zip: '/nowhere/db.zip', license: '/nowhere/l' }),
    );
    expect(checked?.failures).toEqual([
      { property: 'install.zip', reason: 'install.zip: no such file on this machine: /nowhere/db.zip' },
      { property: 'install.license', reason: 'install.license: no such file on this machine: /nowhere/l' },
    ]);
  });
});

describe('drift', () => {
  let outs: InstallOutputs;
  beforeEach(async () => {
    makePrograms(at('kingbase/bin'));
    outs = (await handler().create(inputs({ source: 'existing' }))).outs;
  });

  it('is nothing right after', async () => {
    const { props } = await handler().read('id', outs);
    expect(props.observed).toEqual({ reachable: true, incarnation: outs.incarnation, drift: {} });
    expect(await handler().diff('id', props, outs)).toEqual({ changes: false });
  });

  it('names a lost key and lost programs', async () => {
    rmSync(at('.ssh'), { recursive: true });
    rmSync(at('kingbase/bin'), { recursive: true });
    const { props } = await handler().read('id', outs);
    expect(props.observed).toMatchObject({ drift: { [outs.identity]: 'missing', [at('kingbase/bin')]: 'missing' } });
    expect(await handler().diff('id', props, outs)).toEqual({ changes: true });
  });

  it('of the machine itself replaces the resource, and its delete then touches nothing', async () => {
    const other = { ...outs, incarnation: '0'.repeat(32) };
    const { props } = await handler().read('id', other);
    expect(await handler().diff('id', props, other)).toEqual({ changes: true, replaces: ['incarnation'] });
    await handler().delete('id', other);
    expect(existsSync(outs.identity)).toBe(true);
  });

  it('is made anew under another id of its machine, also where nothing was read', async () => {
    const known = { ...outs, instance: 'i-1' };
    expect(await handler().diff('id', known, { ...known, instance: 'i-2' })).toEqual({
      changes: true,
      replaces: ['instance'],
    });
    expect(await handler().diff('id', known, known)).toEqual({ changes: false });
    // The first id that is told is no other machine.
    expect(await handler().diff('id', outs, known)).toEqual({ changes: true });
  });

  it('is not concluded from a host that does not answer', async () => {
    remote.isDown = true;
    const { props } = await handler().read('id', outs);
    expect(props.observed).toMatchObject({ reachable: false });
    expect(await handler().diff('id', props, outs)).toEqual({ changes: false });
  });
});
