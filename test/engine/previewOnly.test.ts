/** Resources of AWS in the stand-in engine: shown by a preview, never made, changed or deleted. */
import { describe, expect, it } from 'vitest';
import { PreviewOnlyProvider } from '../../lab/engine/providers/previewOnly';

const urn = 'urn:pulumi:prod::orders::aws:ec2/vpc:Vpc::orders-vpc';
const existing = { urn, id: 'vpc-1', inputs: { cidrBlock: '10.20.0.0/16' }, outputs: { cidrBlock: '10.20.0.0/16' } };
const provider = new PreviewOnlyProvider();
const REFUSED = /the stand-in engine shows resources of AWS in a preview and makes none/;

describe('resources that are only previewed', () => {
  it('are shown with what is declared', async () => {
    expect(await provider.create({ urn, inputs: existing.inputs, preview: true })).toEqual({
      id: '',
      outputs: existing.inputs,
    });
    const news = { cidrBlock: '10.21.0.0/16' };
    expect(await provider.update({ ...existing, news, preview: true })).toEqual({ outputs: news });
    expect(await provider.diff({ ...existing, news, ignoreChanges: [] })).toMatchObject({
      changes: 'some',
      changedKeys: ['cidrBlock'],
    });
    expect(await provider.diff({ ...existing, news: existing.inputs, ignoreChanges: [] })).toMatchObject({
      changes: 'none',
    });
    expect(await provider.check({ urn, olds: {}, news })).toEqual({ inputs: news, failures: [] });
    expect(await provider.read(existing)).toEqual({ id: 'vpc-1', outputs: existing.outputs });
  });

  it('are never made', async () => {
    await expect(provider.create({ urn, inputs: {}, preview: false })).rejects.toThrow(REFUSED);
    await expect(provider.update({ ...existing, news: {}, preview: false })).rejects.toThrow(REFUSED);
    await expect(provider.delete(existing)).rejects.toThrow(REFUSED);
  });
});
