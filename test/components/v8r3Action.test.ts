/** The records under kingbase:actions of a V8R3 stack under the SDK's mock monitor: what each declares, in which order they run, what is refused. */
import type * as pulumi from '@pulumi/pulumi';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Action, declareV8r3Actions } from '../../components/v8r3/action';
import { parseActions } from '../../core/action/parseActions';
import { V8R3_ACTION_KINDS } from '../../core/v8r3/action/kinds';
import { v8r3Spec } from '../core/v8r3/exampleV8r3';
import { recordResources, valueOf, type Recorder } from '../support/pulumiMocks';

const RECORD = {
  requestId: 'x',
  kind: 'recoverNode',
  cluster: 'r3ha',
  node: 'node101',
  state: 'succeeded',
  reason: null,
};
const spec = v8r3Spec({ connection: { user: 'ops', agent: true } });

let recorder: Recorder;
beforeAll(async () => {
  recorder = await recordResources((type) => (type.endsWith(':Command') ? { stdout: JSON.stringify(RECORD) } : {}));
});
beforeEach(() => recorder.clear());

async function declare(...records: readonly object[]): Promise<readonly unknown[]> {
  const results = declareV8r3Actions(spec, parseActions(records, V8R3_ACTION_KINDS), undefined);
  return Promise.all(Object.values(results).map((result) => valueOf(result as pulumi.Output<unknown>)));
}

const stop = { requestId: 'stop-1', kind: 'stopAutomation' };
const recover = { requestId: 'recover-1', kind: 'recoverNode', inputs: { node: 'node102' } };

describe('a record of V8R3', () => {
  it('is a gate and one command on its node, and gives what that recorded', async () => {
    expect(await declare(recover)).toEqual([RECORD]);
    expect(recorder.resources.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      'command:remote:Command r3ha-recoverNode-recover-1-run',
      'kingbase:recovery:RecoverNode r3ha-recoverNode-recover-1',
      'pulumi-nodejs:dynamic/kingbase:ActionGate r3ha-recoverNode-recover-1-gate',
    ]);
    const run = recorder.find('r3ha-recoverNode-recover-1-run');
    expect(run.inputs['create']).toBe(
      "sudo -n /usr/local/lib/pulumi-v8r3/action.sh --follow 'recover-1' 'recoverNode' 'node=node102'",
    );
    expect(run.inputs['connection']).toMatchObject({ value: { host: '192.168.1.102' } });
    expect(run.dependsOn).toContain('r3ha-recoverNode-recover-1-gate');
    expect(recorder.find('r3ha-recoverNode-recover-1').inputs).toMatchObject({ destructive: false, node: 'node102' });
  });

  it('waits for the one before it in the list', async () => {
    await declare(stop, recover);
    expect(recorder.find('r3ha-recoverNode-recover-1-run').dependsOn).toContain('r3ha-stopAutomation-stop-1-run');
    expect(recorder.find('r3ha-stopAutomation-stop-1-run').dependsOn).toEqual(['r3ha-stopAutomation-stop-1-gate']);
  });

  it('is refused with what it names and there is not', () => {
    const make = (record: object) => () => new Action('x', { spec, inputs: {}, ...record } as never);
    expect(make({ requestId: 'a', kind: 'recoverNode', inputs: { node: 'node109' } })).toThrow(
      /there is no node "node109"[\s\S]*Nodes: node101, node102/,
    );
    expect(make({ requestId: 'a', kind: 'restartAll', inputs: { primary: 'node108' } })).toThrow(/"node108"/);
    expect(make({ requestId: 'a', kind: 'rejoin' })).toThrow(/is no kind of action/);
  });
});
