/** The gate of a one-shot record: what was executed under an id stays what it was. */
import { describe, expect, it } from 'vitest';
import { actionGateHandler } from '../../remote/handlers/actionGate';

const gate = actionGateHandler();
const record = { requestId: 'd1', kind: 'drill', inputs: { node: 'repo', target: 'latest' }, does: 'restores' };

describe('the gate of a one-shot record', () => {
  it('lets a new record pass, and the same one again', async () => {
    expect(await gate.check?.({}, record)).toEqual({ inputs: record, failures: [] });
    expect(await gate.check?.(record, { ...record, does: 'in other words' })).toMatchObject({ failures: [] });
  });

  it('names every field that changed under an old id', async () => {
    const changed = { ...record, kind: 'restore', inputs: { node: 'repo', target: 'xid=5', timeline: 2 } };
    const { failures = [] } = (await gate.check?.(record, changed)) ?? {};
    expect(failures.map(({ property }) => property)).toEqual(['target', 'timeline', 'kind']);
    expect(failures[0]?.reason).toBe(
      'target of request d1 was "latest" and is "xid=5" now: a record is executed once. Put it back, or use a new requestId',
    );
    expect(failures[1]?.reason).toContain('was not given and is 2 now');
  });

  it('lets everything change under a new id', async () => {
    expect(await gate.check?.(record, { ...record, requestId: 'd2', inputs: {} })).toMatchObject({ failures: [] });
  });

  it('does nothing else, ever', async () => {
    expect(await gate.diff('d1', record, { ...record, inputs: {} })).toEqual({ changes: false });
    expect(await gate.create(record)).toEqual({ id: 'd1', outs: record });
    expect(await gate.read('d1', record)).toEqual({ id: 'd1', props: record });
    expect(await gate.update('d1', record, { ...record, inputs: {} })).toEqual({ outs: record });
    expect(await gate.delete('d1', record)).toBeUndefined();
  });
});
