// What the lab's commands say and refuse, without machines: the rest of them is proved on a lab.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClusterStatusReport } from '../../../core/observe/clusterReport';
import { status } from '../../../lab/commands';
import { refuseOtherShape } from '../../../lab/create';
import { requireActive } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { bootText } from '../../../lab/nodes';
import { downText, shellHint, unreachableHint } from '../../../lab/output';
import { requireRoot } from '../../../lab/requireRoot';
import { manifest, node } from './labFixture';

const observed = vi.hoisted(() => ({ report: {} as unknown }));

vi.mock('../../../lab/requireRoot', async (load) => {
  const real = await load<{ requireRoot: (command?: string, uid?: number) => void }>();
  return { requireRoot: (command?: string, uid = 0) => real.requireRoot(command, uid) };
});
vi.mock('../../../lab/stack/stackFile', async (load) => ({
  ...(await load<object>()),
  stackFiles: () => ({ config: __filename }),
}));
vi.mock('../../../lab/lab', () => ({ openLab: () => ({ manifest: () => manifest(), nodes: () => [] }) }));
vi.mock('../../../lab/status', async (load) => ({
  ...(await load<object>()),
  observeWholeLab: () => Promise.resolve(observed.report),
}));

function fakeLab(faults: readonly { name: string; node?: string }[]): Lab {
  const since = '2026-11-21T00:00:00.000Z';
  const all = manifest({ faults: faults.map((fault) => ({ ...fault, since, options: {} })) });
  return { name: 'lab', manifest: () => all, node: (name: string) => ({ name }) } as unknown as Lab;
}

describe('lab:status', () => {
  const report = (healthy: boolean): Partial<ClusterStatusReport> => ({
    cluster: 'lab',
    primary: healthy ? 'node1' : null,
    nodes: [],
    healthy,
    reasons: healthy ? [] : ['no node is primary'],
    warnings: [],
  });
  let printed = '';

  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });

  it('ends with 1 where the cluster is not healthy, and prints its JSON all the same', async () => {
    observed.report = report(false);
    await status({ name: 'lab', json: true });
    expect(process.exitCode).toBe(1);
    expect(JSON.parse(printed)).toEqual({ cluster: 'lab', primary: null, nodes: [] });
  });

  it('ends with 0 where it is healthy', async () => {
    observed.report = report(true);
    await status({ name: 'lab' });
    expect(process.exitCode).toBe(0);
    expect(printed).toContain('cluster lab: healthy, primary node1');
  });
});

describe('requireRoot', () => {
  it('says to another user which command needs root, before anything is read', () => {
    expect(() => requireRoot('npm run lab:status', 1000)).toThrow(/HINT: Run it as root: sudo npm run lab:status/);
  });
});

describe('an existing lab', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kingbase-media-'));
    writeFileSync(join(folder, 'db.zip'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses other media than it was made with', () => {
    expect(() => refuseOtherShape(manifest(), { media: folder })).toThrow(
      `--media: lab "lab" exists with the lab’s own toolchain, not ${folder}/db.zip`,
    );
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other/db.zip'), '');
    const made = manifest({ media: { zip: join(folder, 'other/db.zip') } });
    expect(() => refuseOtherShape(made, { media: folder })).toThrow(`exists with ${folder}/other/db.zip, not`);
  });

  it('takes the media it was made with, and no media at all', () => {
    const made = manifest({ media: { zip: join(folder, 'db.zip') } });
    expect(() => refuseOtherShape(made, { media: folder })).not.toThrow();
    expect(() => refuseOtherShape(made, {})).not.toThrow();
  });
});

describe('booting', () => {
  it.each([
    [['node1', 'node2'], ['node2'], 'booting node2'],
    [['node1', 'node2'], [], 'node1, node2 run already; asking them'],
    [[], [], 'every node is switched off on purpose'],
  ])('of %j with %j off is announced as "%s"', (nodes, off, text) => {
    expect(bootText(nodes, off)).toBe(text);
  });
});

describe('undoing a fault', () => {
  it('is refused where it is not active, with what is', () => {
    const lab = fakeLab([{ name: 'partition', node: 'node2' }, { name: 'drop-gateway' }]);
    expect(() => requireActive(lab, 'partition', 'node1')).toThrow(
      'partition node1: this fault is not active, so there is nothing to undo\nHINT: Active: partition node2, drop-gateway.',
    );
    expect(() => requireActive(fakeLab([]), 'drop-gateway')).toThrow(/HINT: No fault is active\./);
  });

  it('goes on where it is active, whatever node is named for a fault of the whole lab', () => {
    const lab = fakeLab([{ name: 'partition', node: 'node2' }, { name: 'drop-gateway' }]);
    expect(() => requireActive(lab, 'partition', 'node2')).not.toThrow();
    expect(() => requireActive(lab, 'drop-gateway', 'node1')).not.toThrow();
  });

  it('leaves an event to the message that events have', () => {
    expect(() => requireActive(fakeLab([]), 'kill-primary')).not.toThrow();
  });
});

describe('what is said', () => {
  it.each([
    [true, [], 'nothing is left of lab "one"'],
    [true, ['two', 'three'], 'nothing is left of lab "one"; other labs on this machine, untouched: two, three'],
    [false, [], 'there was no lab "one"'],
  ])('after lab:down (there: %s, others: %j) is "%s"', (wasThere, others, text) => {
    expect(downText('one', wasThere, others)).toBe(text);
  });

  it('in a shell names the way to the owner of the database and its programs', () => {
    const text = shellHint(manifest(), node('node1', 11));
    expect(text).toContain('sudo -iu kingbase env PATH=/home/kingbase/cluster/lab/kingbase/bin:');
    expect(text).toContain('-d test');
    expect(shellHint(manifest({ form: 'witness' }), node('node1', 11))).toContain('-d kingbase');
  });

  it('where ssh fails names the partition, and the way in without the network', () => {
    const faults = [{ name: 'partition', node: 'node1', since: '', options: {} }];
    expect(unreachableHint(manifest({ faults }), 'node1')).toContain('node1 is cut off (fault partition)');
    const other = unreachableHint(manifest({ faults, name: 'two' }), 'node2');
    expect(other).toContain('node2 does not answer ssh');
    expect(other).toContain(
      'npm run lab:exec -- --name two node2 <command>; what is active: npm run lab:status -- --name two',
    );
  });
});
