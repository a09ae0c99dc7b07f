// Proves: on real machines the promoted node moves the endpoint, by a second address of its interface and by a record: the mover that was installed asks
// an AWS on the lab's bridge, which keeps interfaces and records as EC2 and Route 53 do and checks every signature. Through a failover the endpoint leaves
// the killed primary for the promoted one; at no look do two nodes have the address on their device, and the record is never without or with two values.
// Does not prove: what AWS itself does, nor how fast a route or a resolver follows.
// Seen to fail: with take_off_device doing nothing, the killed primary kept the address on its device beside the promoted node.
import { expect, it } from 'vitest';
import { applyFault } from '../../../lab/faults';
import type { Lab } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { FakeAws } from '../../support/fakeAws';
import { describeLab } from '../../lab/support/describeLab';
import { awaitOtherPrimary, measured, primaryOf } from '../../lab/support/failover';
import { databaseNodes } from '../../lab/support/primaryCheck';
import { errorsOf, runProgram } from '../../lab/support/program';
import { useSharedLab } from '../../lab/support/sharedLab';
import { changeCluster } from '../../lab/support/stackConfig';

const NAME = 'orders.db.internal';
const MOVED_MS = 300_000;
const DROP_IN = '/etc/systemd/system/pulumi-kingbase-endpoint.service.d';

/** One interface for each database node; who asks is known by the address from which it asks. */
async function startAws(lab: Lab): Promise<{ aws: FakeAws; url: string }> {
  const aws = new FakeAws();
  const ids = new Map(databaseNodes(lab).map((name) => [lab.node(name).host, `eni-${name}`]));
  for (const [host, id] of ids)
    aws.interfaces[id] = { addresses: [host], tags: { 'pulumi-kingbase:cluster': lab.name } };
  aws.selfOf = (address) => ids.get(address.replace(/^::ffff:/, '')) ?? 'unknown';
  return { aws, url: await aws.start(lab.manifest().gateway) };
}

/** Where the mover finds AWS; an instance knows that by itself. */
async function tellNodes(lab: Lab, url: string): Promise<() => Promise<void>> {
  const text = `[Service]\nEnvironment=KB_AWS_IMDS=${url} KB_AWS_API=${url}\n`;
  const each = (script: string, stdin = '') =>
    Promise.all(
      databaseNodes(lab).map((name) => lab.node(name).exec(['sh', '-c', script], { stdin, label: 'drop-in' })),
    );
  await each(`mkdir -p ${DROP_IN} && cat >${DROP_IN}/lab.conf`, text);
  return async () => void (await each(`rm -rf ${DROP_IN}; systemctl daemon-reload`));
}

/** Names of the nodes that have the address on their device. */
async function onDevice(lab: Lab, address: string): Promise<readonly string[]> {
  const found = await Promise.all(
    databaseNodes(lab).map(async (name) => {
      const { stdout } = await lab.node(name).script(`ip -o addr show to ${address}/32`, { label: 'address' });
      return stdout.trim() === '' ? [] : [name];
    }),
  );
  return found.flat();
}

/** Looks again and again until it is stopped. */
function watch<T>(look: () => Promise<T> | T): { readonly seen: T[]; stop: () => Promise<void> } {
  const seen: T[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      seen.push(await look());
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  return {
    seen,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

describeLab('an endpoint that the promoted node moves', () => {
  const scene = useSharedLab();

  async function through(endpoint: object, work: (aws: FakeAws) => Promise<void>): Promise<void> {
    const { lab } = scene;
    scene.doNotHandOn();
    const { aws, url } = await startAws(lab);
    const forget = await tellNodes(lab, url);
    const undo = changeCluster(lab, ({ virtualIp: _virtualIp, ...cluster }) => ({ ...cluster, endpoint }));
    try {
      const run = await runProgram(lab, 'up');
      expect({ ok: run.ok, errors: errorsOf(run) }).toEqual({ ok: true, errors: '' });
      await work(aws);
    } finally {
      undo();
      await forget();
      const back = await runProgram(lab, 'up');
      await aws.stop();
      expect({ ok: back.ok, errors: errorsOf(back) }).toEqual({ ok: true, errors: '' });
    }
  }

  it('is an address that leaves the killed primary for the promoted node, and is never on two', async () => {
    const { lab } = scene;
    const address = lab.manifest().gateway.replace(/\d+$/, '50');
    await through({ kind: 'secondaryAddress', addresses: [address], region: 'cn-north-1' }, async (aws) => {
      const heldBy = (): readonly string[] =>
        Object.keys(aws.interfaces).filter((id) => aws.interfaces[id]?.addresses.includes(address));
      const first = await primaryOf(lab);
      const settled = (name: string) => async () =>
        heldBy().join() === `eni-${name}` && (await onDevice(lab, address)).join() === name ? true : undefined;
      expect(await poll(settled(first.name), MOVED_MS, 500)).toBe(true);

      const watched = watch(() => onDevice(lab, address));
      const killedAt = Date.now();
      await applyFault(lab, 'kill-primary');
      const moved = await poll(() => heldBy().find((id) => id !== `eni-${first.name}`), MOVED_MS, 200);
      measured(
        `killed primary: EC2 has the address on ${moved ?? 'nothing'} ${((Date.now() - killedAt) / 1000).toFixed(1)} s later`,
      );
      const second = await awaitOtherPrimary(lab, first);
      expect(await poll(settled(second.name), MOVED_MS, 500)).toBe(true);
      await watched.stop();
      measured(`${watched.seen.length} looks at the devices`);
      expect(watched.seen.length).toBeGreaterThan(5);
      expect(watched.seen.filter((names) => names.length > 1)).toEqual([]);
      const claims = Object.values(aws.interfaces).map(({ tags }) => tags['pulumi-kingbase:timeline']);
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(2);
    });
  }, 1_100_000);

  it('is a record that names the promoted node, and has one value at every look', async () => {
    const { lab } = scene;
    const endpoint = { kind: 'dnsRecord', addresses: [NAME], region: 'cn-north-1', zoneId: 'Z0123456789' };
    await through(endpoint, async (aws) => {
      const named = (): readonly string[] => aws.records.filter(({ type }) => type === 'A').map(({ value }) => value);
      const first = await primaryOf(lab);
      expect(await poll(() => (named().join() === first.host ? true : undefined), MOVED_MS, 500)).toBe(true);
      const watched = watch(() => aws.records.map(({ type, value }) => `${type} ${value}`));
      await applyFault(lab, 'kill-primary');
      const second = await awaitOtherPrimary(lab, first);
      expect(await poll(() => (named().join() === second.host ? true : undefined), MOVED_MS, 500)).toBe(true);
      await watched.stop();
      const looks = [...new Set(watched.seen.map((records) => records.join('; ')))];
      expect(looks).toEqual([
        expect.stringMatching(new RegExp(`^A ${first.host}; TXT "timeline=\\d+ node=${first.name}"$`)) as string,
        expect.stringMatching(new RegExp(`^A ${second.host}; TXT "timeline=\\d+ node=${second.name}"$`)) as string,
      ]);
    });
  }, 1_100_000);
});
