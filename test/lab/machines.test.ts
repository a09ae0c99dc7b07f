// The lab's machines on the real machine: they boot, answer with the key we gave them, lose and regain network and power,
// and leave nothing. Nothing here knows of a database. Its own lab name and network: it runs beside a lab that is in use.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machinesDown, machinesUp } from '../../lab/create';
import { applyFault, undoAll, undoFault } from '../../lab/faults/index';
import { bridgeName } from '../../lab/forms';
import type { Lab } from '../../lab/lab';
import { tableName } from '../../lab/machines/networkRules';
import { writeManifest } from '../../lab/manifest';
import { addNode, removeNode } from '../../lab/nodes';
import { labPaths } from '../../lab/paths';
import { poll } from '../../lab/run';
import { dropFleet, hasFleet, restoreFleet, saveFleet } from '../../lab/snapshot';
import { openRemote } from '../../remote/sshRemote';
import { NO_REMAINS, remains } from './support/remains';

const NAME = 'testmachines';
const SUBNET = '10.77.1.0/24';
const skip = process.env['KINGBASE_LAB_SKIP'] ?? (process.getuid?.() === 0 ? undefined : 'needs root');

describe.skipIf(skip !== undefined)(`the lab's machines${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let lab: Lab;

  beforeAll(async () => {
    await machinesDown(NAME);
    lab = await machinesUp({ name: NAME, subnet: SUBNET, only: ['node1', 'node2'] });
  });

  afterAll(async () => {
    await machinesDown(NAME);
    dropFleet(NAME);
  });

  /** Machines that were apart find each other's hardware addresses again within seconds. */
  const reaches = async (from: string, to: string): Promise<boolean> =>
    (await poll(async () => ((await pings(from, to)) ? true : undefined), 60_000, 200)) === true;
  const pings = async (from: string, to: string): Promise<boolean> =>
    (await lab.node(from).exec(['ping', '-c', '1', '-W', '1', to], { anyExit: true })).code === 0;

  it('answer over ssh with the pinned host key, as a user with sudo', async () => {
    const remote = lab.node('node1').remote();
    expect((await remote.exec(['hostname'])).stdout).toBe('node1\n');
    expect((await remote.exec(['id', '-un'])).stdout).toBe('root\n');
    expect((await remote.exec(['id', '-un'], { as: 'kingbase' })).stdout).toBe('kingbase\n');
    remote.close();
  });

  it('refuse nobody else’s key: another host key is not accepted', async () => {
    const wrong = { ...lab.node('node1').connection(), hostKey: lab.node('node2').info().hostKey };
    await expect(openRemote(wrong).exec(['true'])).rejects.toThrow(/host key/i);
  });

  it('run a real init, firewall and cron, each with its own identity and volumes', async () => {
    const ids = new Set<string>();
    for (const node of lab.nodes()) {
      expect((await node.exec(['systemctl', 'is-system-running', '--wait'])).stdout).toBe('running\n');
      expect((await node.exec(['firewall-cmd', '--state'])).stdout).toBe('running\n');
      expect((await node.exec(['systemctl', 'is-active', 'cron.service'])).stdout).toBe('active\n');
      expect((await node.exec(['stat', '-c', '%U:%G %a', '/kbdata'])).stdout).toBe('kingbase:kingbase 755\n');
      ids.add((await node.exec(['cat', '/etc/machine-id'])).stdout.trim());
    }
    expect(ids.size).toBe(2);
  });

  it('do nothing by the time of day: no timer of Debian waits, and cron has no job of its own', async () => {
    const look = [
      'systemctl list-timers --no-legend',
      'systemctl list-unit-files --type=timer --no-legend --state=enabled,static',
      'find /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly -type f ! -name .placeholder',
    ];
    for (const node of lab.nodes()) {
      for (const command of look) {
        // systemctl says by its exit code, too, that nothing matches.
        const { stdout, stderr } = await node.exec(['sh', '-c', command], { anyExit: true });
        expect({ node: node.name, command, stdout, stderr }).toEqual({
          node: node.name,
          command,
          stdout: '',
          stderr: '',
        });
      }
      expect((await node.exec(['systemctl', 'is-enabled', 'logrotate.timer'], { anyExit: true })).stdout).toBe(
        'masked\n',
      );
    }
  });

  it('have no way out of the lab', async () => {
    const routes = (await lab.node('node1').exec(['ip', '-o', 'link'])).stdout.trim().split('\n');
    expect(routes.map((line) => line.split(/[:@]/)[1]?.trim()).sort()).toEqual(['eth0', 'lo']);
    const rules = execFileSync('nft', ['list', 'table', 'inet', tableName(NAME)], { encoding: 'utf8' });
    expect(rules).toContain(`iifname "${bridgeName(NAME)}" oifname != "${bridgeName(NAME)}" drop`);
  });

  it('lose everybody in a partition and find them again when it heals', async () => {
    const gateway = lab.manifest().gateway;
    await applyFault(lab, 'partition', 'node1');
    expect(await Promise.all([pings('node1', gateway), pings('node1', 'node2'), pings('node2', 'node1')])).toEqual([
      false,
      false,
      false,
    ]);
    expect(await reaches('node2', gateway)).toBe(true);
    expect(lab.manifest().faults.map((fault) => fault.name)).toEqual(['partition']);
    await applyFault(lab, 'heal', 'node1');
    expect(await Promise.all([reaches('node1', gateway), reaches('node2', 'node1')])).toEqual([true, true]);
    expect(lab.manifest().faults).toEqual([]);
  });

  it('lose only the trusted server when only that is dropped', async () => {
    const gateway = lab.manifest().gateway;
    await applyFault(lab, 'drop-gateway');
    expect(await Promise.all([pings('node1', gateway), reaches('node1', 'node2')])).toEqual([false, true]);
    await undoFault(lab, 'drop-gateway');
    expect(await reaches('node1', gateway)).toBe(true);
  });

  it('come back from a power cut with disk, address and host key', async () => {
    const node = lab.node('node2');
    await node.exec(['sh', '-c', 'echo kept >/kbdata/kept; echo kept >/etc/kept; sync']);
    await applyFault(lab, 'power-cut', 'node2');
    expect(node.isRunning()).toBe(false);
    expect(await pings('node1', 'node2')).toBe(false);
    await applyFault(lab, 'power-on', 'node2');
    const remote = node.remote();
    expect((await remote.exec(['cat', '/kbdata/kept', '/etc/kept'])).stdout).toBe('kept\nkept\n');
    remote.close();
    expect(lab.manifest().faults).toEqual([]);
  });

  it('have a data volume that fills to the last block and empties again', async () => {
    await applyFault(lab, 'fill-disk', 'node1');
    const write = ['sh', '-c', 'echo text >/kbdata/text'];
    expect((await lab.node('node1').exec(write, { anyExit: true, as: 'kingbase' })).code).not.toBe(0);
    await undoFault(lab, 'fill-disk', 'node1');
    expect((await lab.node('node1').exec(write, { as: 'kingbase' })).code).toBe(0);
  });

  it('show another time to ssh sessions when the clock is skewed, and the right one afterwards', async () => {
    // The node's time was read somewhen between the two of this machine.
    const expectAhead = (seconds: number): void => {
      const before = Date.now() / 1000;
      const there = Number(execFileSync('ssh', [...sshWords(lab), 'sudo date +%s'], { encoding: 'utf8' }));
      expect(there).toBeGreaterThan(before + seconds - 5);
      expect(there).toBeLessThan(Date.now() / 1000 + seconds + 5);
    };
    await applyFault(lab, 'skew-clock', 'node1', { seconds: '300' });
    expectAhead(300);
    await undoFault(lab, 'skew-clock', 'node1');
    expectAhead(0);
  });

  it('grow by a node that the others know, and shrink again', async () => {
    await addNode(lab, 'node4');
    expect(await reaches('node1', 'node4')).toBe(true);
    await removeNode(lab, 'node4');
    expect(lab.manifest().nodes.map((node) => node.name)).toEqual(['node1', 'node2']);
    expect(await pings('node1', 'node4')).toBe(false);
  });

  it('refuse a second lab on the same network', async () => {
    await expect(machinesUp({ name: `${NAME}2`, subnet: SUBNET, only: ['node1'] })).rejects.toThrow(/is in use/);
    await machinesDown(`${NAME}2`);
  });

  it('are used again by a second up, which boots what is down', async () => {
    const before = lab.manifest().nodes.map((node) => node.machineId);
    process.kill(lab.node('node2').info().leaderPid ?? 0, 'SIGKILL');
    lab = await machinesUp({ name: NAME });
    expect(lab.manifest().nodes.map((node) => node.machineId)).toEqual(before);
    expect(lab.nodes().map((node) => node.isRunning())).toEqual([true, true]);
  });

  it('can be kept as a fleet and restored from it', async () => {
    await lab.node('node1').exec(['sh', '-c', 'echo first >/kbdata/state']);
    await saveFleet(lab, NAME);
    expect(hasFleet(NAME)).toBe(true);
    await machinesDown(NAME);
    lab = await restoreFleet(NAME);
    expect((await lab.node('node1').exec(['cat', '/kbdata/state'])).stdout).toBe('first\n');
    const remote = lab.node('node2').remote();
    expect((await remote.exec(['hostname'])).stdout).toBe('node2\n');
    remote.close();
  });

  it('leave nothing behind, also with a frozen disk, killed processes and no manifest', async () => {
    await applyFault(lab, 'hang-disk', 'node1');
    // A writer that nothing can kill while the disk hangs.
    const writer = lab.node('node1').script('echo late >/kbdata/late; sync', { anyExit: true });
    writer.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { leaderPid, supervisorPid } = lab.node('node1').info();
    for (const pid of [leaderPid, supervisorPid]) process.kill(pid ?? 0, 'SIGKILL');
    rmSync(labPaths(NAME).manifest);
    await machinesDown(NAME);
    expect(await remains(NAME)).toEqual(NO_REMAINS);
  });

  it('start afresh after an up that was killed half-way', async () => {
    lab = await machinesUp({ name: NAME, subnet: SUBNET, only: ['node1'] });
    const first = lab.node('node1').info().machineId;
    writeManifest({ ...lab.manifest(), phase: 'creating' });
    lab = await machinesUp({ name: NAME, subnet: SUBNET, only: ['node1'] });
    expect(lab.node('node1').info().machineId).not.toBe(first);
    expect(await undoAll(lab)).toEqual([]);
    await machinesDown(NAME);
    expect(await remains(NAME)).toEqual(NO_REMAINS);
  });
});

function sshWords(lab: Lab): readonly string[] {
  const { privateKeyFile, user, name } = lab.manifest();
  const known = ['-o', `UserKnownHostsFile=${labPaths(name).knownHosts}`, '-o', 'StrictHostKeyChecking=yes'];
  return ['-i', privateKeyFile, '-o', 'BatchMode=yes', ...known, `${user}@${lab.node('node1').host}`];
}
