// Proves: a host that is not as declared, or not fit, is refused before anything is done: with the message shown here, and with no file,
// account, crontab or running unit of any host changed. Nine cases on one set of freshly booted machines without a cluster.
// Does not prove: refusals by the configuration alone, which never reach a host (test/core/spec/wrongInput), nor what a host's kernel
// keeps in memory.
// Seen to fail: without the call that compiles the lab's programs beforehand, their compiled files showed as changes of three hosts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { machinesDown } from '../../../lab/create';
import { applyFault, undoAll } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { createProgress } from '../../../lab/progress';
import { run } from '../../../lab/run';
import type { ClusterConfig } from '../../../lab/stack/stackFile';
import { labUp } from '../../../lab/up';
import { describeLab, skipReason } from '../support/describeLab';
import { changedOnHosts, listHosts } from '../support/hostListing';
import { errorsOf, runProgram } from '../support/program';
import { changeCluster, withValue } from '../support/stackConfig';

const [name, subnet] = (process.env['KINGBASE_REFUSALS_LAB'] ?? 'refusals:10.77.35.0/24').split(':');

interface Case {
  readonly what: string;
  /** What is wrong with the host; undone by `undo`, and every fault of the lab besides. */
  readonly spoil?: (lab: Lab) => Promise<unknown>;
  readonly undo?: (lab: Lab) => Promise<unknown>;
  /** What is wrong with the declaration. */
  readonly declare?: (cluster: ClusterConfig, lab: Lab) => ClusterConfig;
  readonly says: readonly RegExp[];
}

const script = (node: string, text: string) => (lab: Lab) => lab.node(node).script(text);
const own: { directory: string } = { directory: '' };
const foreignKey = (): string => join(own.directory, 'id');

/** Of nobody: one of another node would be refused by the declaration alone. */
const foreignHostKey = (): string => readFileSync(`${foreignKey()}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');

const CASES: readonly Case[] = [
  {
    what: 'a host that does not answer',
    spoil: (lab) => applyFault(lab, 'partition', 'node2'),
    declare: (cluster) => withValue(cluster, ['connection'], { connectTimeoutSeconds: 3 }),
    says: [/node2: connection-unreachable/, /cannot connect to port 22: no answer in time/],
  },
  {
    what: 'a host with another host key',
    declare: (cluster, lab) => ({
      ...cluster,
      nodes: lab
        .nodes()
        .map((node) => (node.name === 'node2' ? { name: node.name, hostKey: foreignHostKey() } : { name: node.name })),
    }),
    says: [/node2: connection-host-key/, /host key/],
  },
  {
    what: 'a key that the hosts do not know',
    declare: (cluster) => withValue(cluster, ['connection'], { privateKeyFile: foreignKey() }),
    says: [/node1: connection-auth/, /node2: connection-auth/],
  },
  {
    what: 'a login without sudo',
    spoil: script(
      'node2',
      'mkdir -p /run/aside; for f in /etc/sudoers.d/*; do grep -q ops "$f" && mv "$f" /run/aside/; done; true',
    ),
    undo: script('node2', 'mv /run/aside/* /etc/sudoers.d/'),
    says: [/node2: connection-sudo/, /sudo/],
  },
  {
    what: 'a full disk',
    spoil: (lab) => applyFault(lab, 'fill-disk', 'node3'),
    says: [/node3: [a-z-]+: FAIL .*found \d+ MiB free on \/kbdata/],
  },
  {
    what: 'a data directory that holds something else',
    spoil: script('node1', 'mkdir /kbdata/data; echo mine >/kbdata/data/important.txt'),
    undo: script('node1', 'rm -r /kbdata/data'),
    says: [/node1: [a-z-]+: FAIL .*found \/kbdata\/data holds .*important\.txt/, /Nothing there is touched/],
  },
  {
    what: 'a port that is in use',
    spoil: script(
      'node2',
      'systemd-run -q --unit=squatter python3 -m http.server 54321\nfor i in $(seq 100); do ss -Hltn sport = :54321 | grep -q . && exit 0; sleep 0.1; done; exit 1',
    ),
    undo: script('node2', 'systemctl stop squatter.service'),
    says: [/node2: [a-z-]+: FAIL .*found used by .*54321/],
  },
  {
    what: 'a licence that has expired',
    spoil: script(
      'node3',
      'mkdir -p /run/aside; for f in $(find /home/kingbase/cluster -name license.dat); do cp -a "$f" /run/aside/; echo "expires=2020-01-01" >"$f"; done',
    ),
    undo: script(
      'node3',
      'for f in $(find /home/kingbase/cluster -name license.dat); do cp -a /run/aside/license.dat "$f"; done',
    ),
    says: [/node3: [a-z-]+: FAIL .*licen/i],
  },
  {
    what: 'a clock that is wrong',
    spoil: (lab) => applyFault(lab, 'skew-clock', 'node3', { seconds: '120' }),
    says: [/node3: [a-z-]+: FAIL .*clock/i],
  },
];

describeLab('a deployment that must not begin', () => {
  const scene: { lab?: Lab } = {};

  beforeAll(async () => {
    if (skipReason !== undefined) return;
    await machinesDown(name);
    scene.lab = (await labUp({ name, subnet, form: 'three', deploy: false, progress: createProgress() })).lab;
    // The lab's programs are Python, which writes its compiled form beside itself when first called; those of the vendor do not.
    const compile = `${scene.lab.manifest().prefix}/bin/kingbase --version`;
    await Promise.all(scene.lab.nodes().map((node) => node.script(compile, { as: 'kingbase' })));
    own.directory = mkdtempSync(join(tmpdir(), 'refusals-'));
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', foreignKey()]);
  });

  afterAll(async () => {
    if (skipReason !== undefined) return;
    await machinesDown(name);
    rmSync(own.directory, { recursive: true, force: true });
  });

  it.each(CASES)('is refused for $what, and no host is changed', async ({ spoil, undo, declare, says }) => {
    const lab = scene.lab as Lab;
    const restore = changeCluster(lab, (cluster) => declare?.(cluster, lab) ?? cluster);
    try {
      await spoil?.(lab);
      const before = await listHosts(lab);
      const refused = await runProgram(lab, 'up');
      const after = await listHosts(lab);
      const errors = errorsOf(refused);
      expect(refused.ok).toBe(false);
      for (const text of says) expect(errors).toMatch(text);
      expect(changedOnHosts(before, after)).toEqual([]);
    } finally {
      await undo?.(lab);
      await undoAll(lab);
      restore();
    }
  });
});
