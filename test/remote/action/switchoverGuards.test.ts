/**
 * The guards of a switchover, by a real bash on written facts: each one fault is refused by its own guard alone, with what was found.
 * Seen to fail: daemons, archive-backlog (and all of at_most) and virtual-ip with `bad` changed to `ok`: exactly their rows.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { switchover, SWITCHOVER_DEFAULTS } from '../../../core/action/kinds/switchover';
import { guardsOf, having, HEALTHY, inKind, type Facts } from '../../support/switchoverFacts';

const refused = (facts: Facts, inputs: Readonly<Record<string, string>> = {}): readonly string[] =>
  guardsOf('switchover', facts, inputs)
    .filter(({ ok }) => !ok)
    .map(({ code, found }) => `${code.replace('switchover/', '')}: ${found}`);

describe('the guards of a switchover', { timeout: 60_000 }, () => {
  it('let a healthy cluster pass, and say what they found and what the limit is', () => {
    const guards = guardsOf('switchover', HEALTHY);
    expect(guards.filter(({ ok }) => !ok)).toEqual([]);
    expect(guards.map(({ code }) => code.replace('switchover/', ''))).toEqual(
      expect.arrayContaining(['primary', 'candidate', 'lag', 'standbys', 'synchronous', 'long-transaction', 'daemons']),
    );
    expect(guards.find(({ code }) => code === 'switchover/lag')).toMatchObject({
      found: 'node3 is 0 bytes behind in writing and 5 in replaying',
      limit: 'at most 10485760',
    });
  });

  it.each<readonly [string, Facts, string]>([
    [
      'a node that could not be read',
      { ...HEALTHY, node3: 'unreadable no route to host' },
      'unreadable: node3: no route',
    ],
    ['no primary', having('node1', 'recovery no', 'recovery yes'), 'no-primary: no node accepts writes'],
    ['two primaries', having('node3', 'recovery yes', 'recovery no'), 'several-primaries: node1 node3 accept writes'],
    [
      'a standby that does not stream',
      having('node1', 'replica node3 streaming', 'replica node3 catchup'),
      'standbys: node3 does not stream from node1',
    ],
    [
      'no synchronous standby',
      having('node1', /synchronous ANY.*/, 'synchronous '),
      'synchronous: synchronous_standby_names is empty',
    ],
    [
      'fewer connections on the old primary',
      having('node3', 'max_connections 100', 'max_connections 200'),
      'settings: max_connections is 100 on node1 and 200 on node3',
    ],
    [
      'a long transaction',
      having('node1', 'transaction 2 ', 'transaction 60 '),
      'long-transaction: a transaction runs for 60 s (pid, user, state: 4711 app active)',
    ],
    ['repmgrd paused', having('node2', 'running unpaused', 'running paused'), 'daemons: node2: repmgrd running paused'],
    [
      'repmgrd missing',
      having('node2', 'running unpaused', 'missing unpaused'),
      'daemons: node2: repmgrd missing unpaused',
    ],
    ['repmgrd that said nothing', having('node2', /repmgrd .*/, ''), 'daemons: node2: repmgrd unknown'],
    ['kbha missing', having('node1', 'kbha running', 'kbha missing'), 'daemons: node1: kbha not running'],
    [
      'the cron line commented out',
      having('node3', 'automation active', 'automation paused'),
      'daemons: node3: cron line of kbha: paused',
    ],
    [
      'an archive backlog',
      having('node1', 'ready 0', 'ready 11'),
      'archive-backlog: 11 segments wait to be archived on node1',
    ],
    ['an archive that could not be counted', having('node1', 'ready 0', 'ready '), 'archive-backlog:  segments'],
    [
      'an archiver that fails',
      having('node1', 'server up', 'server up\narchiverFails 3 000000040000000000000005'),
      'archive-fails: archiving fails on node1',
    ],
    [
      'no archiving on the future primary',
      having('node3', 'set archive_mode on', 'set archive_mode off'),
      'archive-after: node3 has archive_mode off',
    ],
    [
      'a full disk',
      having('node3', 'free 900000000 /wal', 'free 1000 /wal'),
      'free-disk: node3: 1000 bytes free in /wal',
    ],
    ['a disk that could not be read', having('node3', 'free 900000000 /wal', 'free  /wal'), 'free-disk: node3:'],
    [
      'a backup',
      having('node1', 'server up', 'server up\nbackup sys_rman [backup]'),
      'backup: a backup runs: sys_rman [backup]',
    ],
    [
      'a base backup',
      having('node1', 'server up', 'server up\nreplica clone backup async 0 0'),
      'backup: a backup runs: a base backup of node1',
    ],
    [
      'a node that another does not reach',
      having('.ssh', 'asked node3', 'node3 does not reach 10.0.0.1\nasked node3'),
      'ssh: node3 does not reach 10.0.0.1',
    ],
    ['a node that was not asked whom it reaches', having('.ssh', 'asked node3', ''), 'ssh: node3 was not asked'],
    [
      'a virtual IP elsewhere',
      having('node1', 'vip held', '', having('node2', 'server up', 'server up\nvip held')),
      'virtual-ip: 10.0.0.100/24 is on: node2',
    ],
    [
      'a virtual IP on two',
      having('node2', 'server up', 'server up\nvip held'),
      'virtual-ip: 10.0.0.100/24 is on: node1 node2',
    ],
    [
      'a virtual IP that a stranger answers for as well',
      having('node2', 'server up', 'server up\nvipAnswers 00:16:3e:00:00:01 02:fc:00:00:00:0a'),
      'virtual-ip: 10.0.0.100/24 is answered by more than one host, by hardware address: 00:16:3e:00:00:01 02:fc:00:00:00:0a',
    ],
  ])('refuse %s', (_, facts, said) => {
    const found = refused(facts);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(said);
  });

  it.each<readonly [string, Facts, string, string]>([
    [
      'lag in writing',
      having('node1', 'quorum 0 5', 'quorum 20000000 5'),
      'node3',
      'lag: node3 is 20000000 bytes behind in writing',
    ],
    [
      'lag in replaying',
      having('node1', 'quorum 0 5', 'quorum 0 20000000'),
      'node3',
      'lag: node3 is 0 bytes behind in writing and 20000000',
    ],
    ['the primary itself', HEALTHY, 'node1', 'already-primary: node1'],
    ['a node that is not declared', HEALTHY, 'node9', 'unknown-node: node9'],
    [
      'one without a record',
      having('node1', 'record 3 node3 standby active', 'record 3 node3 standby inactive'),
      'node3',
      'candidate: node3 cannot take over: repmgr has no active record',
    ],
    [
      'one that does not stream',
      having('node1', 'node3 streaming', 'node3 startup'),
      'node3',
      'candidate: node3 cannot take over: node1 does not see it streaming (startup)',
    ],
    [
      'one whose replay is paused',
      having('node3', 'server up', 'server up\nreplayPaused'),
      'node3',
      'candidate: node3 cannot take over: its replay is paused',
    ],
  ])('refuse as the new primary %s', (_, facts, to, said) => {
    expect(refused(facts, { to })).toEqual([expect.stringContaining(said)]);
  });

  it('name every fault at once', () => {
    const facts = having('node2', 'running unpaused', 'running paused', having('node1', 'ready 0', 'ready 99'));
    expect(refused(facts)).toHaveLength(2);
  });

  it('let pass what was allowed by name, and only that', () => {
    const paused = having('node2', 'running unpaused', 'running paused');
    expect(refused(paused, { allowPausedDaemons: 'true' })).toEqual([]);
    const long = having('node1', 'transaction 2 ', 'transaction 60 ');
    expect(refused(long, { drainSeconds: '5' })).toEqual([]);
    expect(refused(long, { terminateTransactions: 'true' })).toEqual([]);
    expect(refused(long, { maxTransactionSeconds: '60' })).toEqual([]);
    expect(refused(long, { allowPausedDaemons: 'true' })).toHaveLength(1);
  });
});

describe('the best standby', { timeout: 60_000 }, () => {
  const best = (facts: Facts): string => inKind('switchover', facts, 'best_standby node1').trim();

  it.each<readonly [string, Facts, string]>([
    ['is the one least behind', HEALTHY, 'node3'],
    [
      'is a synchronous one before an asynchronous one',
      having('node1', 'node3 streaming quorum', 'node3 streaming async'),
      'node2',
    ],
    [
      'is the one of higher priority where both are as far',
      having(
        'node1',
        'quorum 10 20',
        'quorum 0 5',
        having('node1', 'node2 standby active 1 100', 'node2 standby active 1 200'),
      ),
      'node2',
    ],
    ['is the one of lower id where all is alike', having('node1', 'quorum 10 20', 'quorum 0 5'), 'node2'],
    ['is none of priority 0', having('node1', 'node3 standby active 1 100', 'node3 standby active 1 0'), 'node2'],
    ['is none that does not stream', having('node1', 'node3 streaming', 'node3 catchup'), 'node2'],
  ])('%s', (_, facts, name) => {
    expect(best(facts)).toBe(name);
  });
});

describe('fields and defaults', { timeout: 60_000 }, () => {
  const shell = readFileSync(resolve(__dirname, '../../../templates/os/actions/switchover.sh'), 'utf8');

  it('are the same for the table of kinds and for who runs the action by hand', () => {
    expect(/^ACTION_FIELDS='(.*)'$/m.exec(shell)?.[1]?.split(' ').sort()).toEqual(
      Object.keys(switchover.fields).sort(),
    );
    for (const [name, value] of Object.entries(SWITCHOVER_DEFAULTS)) {
      expect(shell).toContain(`=\${KB_IN_${name}:-${value}}`);
    }
  });
});
