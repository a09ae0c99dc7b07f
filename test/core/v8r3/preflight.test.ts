/** Preflight of a V8R3 cluster: a good host passes, each thing that sites tripped over blocks or warns with its words, missing evidence blocks. */
import { describe, expect, it } from 'vitest';
import { evaluateV8r3 } from '../../../core/v8r3/preflight/evaluate';
import { toV8r3PreflightRequest, v8r3PreflightVariables } from '../../../core/v8r3/preflight/request';
import { planV8r3 } from '../../../core/v8r3/plan/planV8r3';
import { v8r3Node, v8r3Spec } from './exampleV8r3';

const GOOD: Readonly<Record<string, string>> = {
  '+user.home': '/home/kingbase',
  '+programs.missing': '',
  '+data.conf': 'yes',
  '+device.addresses': '192.168.1.101 192.168.1.204',
  '+device.of': 'enp0s3',
  '+arping.version': 'arping from iputils 20221126',
  '+gateway.192.168.1.1': 'yes',
  '+gateway.192.168.1.2': 'yes',
  '+mount.0': '/home/kingbase/cluster/R3HA/db/data rw',
  '+ssh.local': 'yes',
  '+ssh.rootLogin': 'prohibit-password',
  '+cron.paused': '',
  '+sys.systemdVersion': '249',
  '+end': '',
};

const plan = planV8r3(v8r3Spec());
const requests = plan.nodes.map((node) => toV8r3PreflightRequest(plan, node));
const request = requests[0] as (typeof requests)[number];

function output(changes: Readonly<Record<string, string | undefined>> = {}): string {
  return Object.entries({ ...GOOD, ...changes })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join('\n');
}

function said(changes: Readonly<Record<string, string | undefined>>): string[] {
  const { results } = evaluateV8r3([{ request, output: output(changes) }]);
  return results
    .filter(({ verdict }) => verdict !== 'PASS')
    .map(({ id, verdict, found }) => `${verdict} ${id}: ${found}`);
}

describe('the preflight of a V8R3 cluster', () => {
  it('passes a host as it should be', () => {
    const report = evaluateV8r3([{ request, output: output() }]);
    expect(report).toMatchObject({ passed: true });
    expect(report.results.map(({ verdict }) => verdict)).toEqual(Array(10).fill('PASS'));
  });

  it.each([
    ['an old systemd', { '+sys.systemdVersion': '219' }, 'WARN v8r3-systemd: systemd 219'],
    [
      'another arping',
      { '+arping.version': 'ARPing 2.23, by Thomas Habets' },
      'FAIL v8r3-arping: ARPing 2.23, by Thomas Habets',
    ],
    [
      'no arping',
      { '+arping.version': undefined, '-arping.version': 'not executable' },
      'FAIL v8r3-arping: /home/kingbase/cluster/R3HA/db/bin/arping cannot be run',
    ],
    [
      'an address on another device',
      { '+device.addresses': '', '+device.of': 'bond0' },
      'FAIL v8r3-device: no address on enp0s3',
    ],
    [
      'another address on the device',
      { '+device.addresses': '10.9.9.9', '+device.of': '' },
      'FAIL v8r3-device: 10.9.9.9 on enp0s3',
    ],
    ['one silent gateway', { '+gateway.192.168.1.2': 'no' }, 'WARN v8r3-gateways: silent: 192.168.1.2'],
    [
      'no gateway',
      { '+gateway.192.168.1.1': 'no', '+gateway.192.168.1.2': 'no' },
      'FAIL v8r3-gateways: silent: 192.168.1.1 192.168.1.2',
    ],
    [
      'a mount point that cannot be written',
      { '+mount.0': '/data not-writable' },
      'FAIL v8r3-mount-points: /data not-writable',
    ],
    [
      'root who is refused',
      { '+ssh.local': 'no', '+ssh.rootLogin': 'no' },
      'FAIL v8r3-local-ssh: sshd refuses root (PermitRootLogin no)',
    ],
    [
      'trust that is still to come',
      { '+ssh.local': 'no' },
      'WARN v8r3-local-ssh: not yet; PermitRootLogin prohibit-password',
    ],
    [
      'a stopped automation',
      { '+cron.paused': '#*/1 * * * * kingbase  /x/network_rewind.sh' },
      'WARN v8r3-automation: 1 commented',
    ],
    [
      'an empty data directory',
      { '+data.conf': 'no' },
      'FAIL v8r3-database: no kingbase.conf in /home/kingbase/cluster/R3HA/db/data',
    ],
    [
      'a missing script',
      { '+programs.missing': '/x/failover_stream.sh' },
      'FAIL v8r3-programs: missing: /x/failover_stream.sh',
    ],
    ['no user', { '+user.home': '' }, 'FAIL v8r3-os-user: no user kingbase'],
    ['another home', { '+user.home': '/kb' }, 'FAIL v8r3-os-user: home /kb'],
    [
      'a gateway that was not asked',
      { '+gateway.192.168.1.2': undefined },
      'ERROR v8r3-gateways: could not be read: gateway.192.168.1.2: was not reported by the host',
    ],
  ])('tells of %s', (_what, changes, wanted) => {
    expect(said(changes as Record<string, string | undefined>)).toEqual([wanted]);
  });

  it('blocks where a host could not be asked, or its collector did not end', () => {
    const unreachable = { code: 'remote/unreachable', message: 'no answer', hint: 'Start it.' };
    const report = evaluateV8r3([
      { request, output: output({ '+end': undefined }) },
      { request: requests[1] as typeof request, output: undefined, unreachable },
    ]);
    expect(report.passed).toBe(false);
    expect(report.results.slice(0, 2).map(({ verdict, found }) => `${verdict} ${found}`)).toEqual([
      'ERROR the collector stopped before its end',
      'ERROR no answer',
    ]);
  });

  it('compares the priorities of the two pools', () => {
    const last = (priorities: readonly number[]) => {
      const spec = v8r3Spec({ nodes: [v8r3Node(1), v8r3Node(2), v8r3Node(3)], pool: { watchdog: { priorities } } });
      const odd = planV8r3(spec);
      const nodes = odd.nodes.map((node) => ({ request: toV8r3PreflightRequest(odd, node), output: output() }));
      return evaluateV8r3(nodes).results.at(-1);
    };
    expect(last([3, 3])).toMatchObject({ id: 'v8r3-priorities', verdict: 'WARN', found: 'node101 3, node102 3' });
    expect(last([3, 2])).toMatchObject({ id: 'v8r3-priorities', verdict: 'PASS' });
  });

  it('hands the script what it asks for', () => {
    expect(v8r3PreflightVariables(request)).toMatchObject({
      DEVICE: 'enp0s3',
      ARPING: '/home/kingbase/cluster/R3HA/db/bin/arping',
      GATEWAYS: '192.168.1.1 192.168.1.2',
      SSH_PORT: '22',
    });
    expect(request.programs).toHaveLength(8);
  });
});
