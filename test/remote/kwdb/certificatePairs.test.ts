/**
 * What is wrong with certificates that are given, as kingbase:KwdbCertificates reads it out of them: said at preview, by its field, before anything is sent.
 * Seen to fail: with `judgeNew` empty each wrong pair is placed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KwdbKeyPair } from '../../../core/kwdb/placedCertificates';
import { kwdbCertificatesHandler, type KwdbCertificatesInputs } from '../../../remote/handlers/kwdbCertificates';
import { UNKNOWN } from '../../../remote/unknown';
import { Authority } from '../../support/certificates';
import { LocalRemote } from '../../support/localRemote';
import { NODE, placing, secretsOf } from './placing';

let house: Authority;
let other: Authority;
let pair: KwdbKeyPair;
let renewed: KwdbKeyPair;
let client: KwdbKeyPair;
beforeAll(() => {
  [house, other] = [new Authority('house'), new Authority('another')];
  [pair, renewed] = [house.issue(NODE), house.issue(NODE)];
  client = house.issue({ commonName: 'root', usages: 'clientAuth' });
});
afterAll(() => {
  house.remove();
  other.remove();
});

let root: string;
let remote: LocalRemote;
const handler = () => kwdbCertificatesHandler(() => remote);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kwdb-pairs-'));
  remote = new LocalRemote(root);
  remote.stub('systemctl');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function inputs(own: KwdbKeyPair, more: Partial<KwdbCertificatesInputs> = {}): KwdbCertificatesInputs {
  return { ...placing({ root, secrets: secretsOf(house.certificate, own, client) }), ...more };
}
const reasons = async (news: KwdbCertificatesInputs, olds: Partial<KwdbCertificatesInputs> = {}): Promise<string[]> =>
  ((await handler().check?.(olds, news))?.failures ?? []).map(({ reason }) => reason.split('\n')[0] ?? '');

describe('what is wrong with a pair', () => {
  it('is said at preview, before anything is sent', async () => {
    const wrong = house.issue({ commonName: 'kw1', names: 'IP:10.9.9.9', usages: 'serverAuth' });
    expect(await reasons(inputs(wrong))).toEqual([
      'certificates.nodes.kw1.certificate: is for "kw1" and not for node',
      'certificates.nodes.kw1.certificate: does not name the host 127.0.0.1',
      'certificates.nodes.kw1.certificate: may not be used by a client (clientAuth)',
    ]);
    expect(await reasons(inputs(other.issue(NODE)))).toEqual([
      'certificates.nodes.kw1.certificate: is signed by no certificate of certificates.ca',
    ]);
    expect(await reasons(inputs({ ...pair, key: renewed.key }))).toEqual([
      'certificates.nodes.kw1.key: is not the key of the certificate beside it',
    ]);
    expect(await reasons(inputs(pair, { secrets: secretsOf(house.certificate, pair, pair) }))).toEqual([
      'certificates.client.certificate: is for "node" and not for root',
    ]);
    const broken = { certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', key: 'x' };
    expect(await reasons(inputs(broken))).toEqual(['certificates.nodes.kw1.certificate: cannot be read']);
    expect(await reasons(inputs({ ...pair, key: '-----BEGIN PRIVATE KEY-----\nAAAA' }))).toEqual([
      'certificates.nodes.kw1.key: cannot be read: is it encrypted? The server reads it without a passphrase',
    ]);
    const leaf = secretsOf(pair.certificate, pair, client);
    expect((await reasons(inputs(pair, { secrets: leaf })))[0]).toContain(
      'certificates.ca: holds a certificate that is no authority’s',
    );
    await expect(handler().create(inputs(wrong))).rejects.toThrow('is for "kw1" and not for node');
    expect(remote.calls).toEqual([]);
  });

  it('in its shape stops everything, at preview and later', async () => {
    const problems = ['certificates.nodes.kw2: is not given'];
    expect(await reasons(inputs(pair, { problems }))).toEqual(problems);
    await expect(handler().create(inputs(pair, { problems }))).rejects.toThrow(problems[0]);
    expect(remote.calls).toEqual([]);
  });

  it('does not matter where it lies there already, nor where it is not known yet', async () => {
    const late = kwdbCertificatesHandler(() => remote, { now: () => Date.now() + 40 * 86_400_000 });
    const failures = async (olds: Partial<KwdbCertificatesInputs>) =>
      (await late.check?.(olds, inputs(pair)))?.failures?.map(({ reason }) => reason.split('\n')[0]);
    expect(await failures({})).toContainEqual(expect.stringMatching(/nodes\.kw1\.certificate: ended on/));
    expect(await failures(inputs(pair))).toEqual([]);
    expect(await reasons(inputs(pair, { secrets: { 'ca.crt': UNKNOWN } }))).toEqual([]);
    expect(await reasons(inputs(pair, { secrets: UNKNOWN as never }))).toEqual([]);
  });

  it('an authority is not left out at once, and is after both were there', async () => {
    const theirs = other.issue(NODE);
    const root_ = other.issue({ commonName: 'root' });
    const both = `${house.certificate}${other.certificate}`;
    const alone = inputs(theirs, { secrets: secretsOf(other.certificate, theirs, root_) });
    expect(await reasons(alone, inputs(pair))).toEqual([
      expect.stringContaining('certificates.ca: leaves out an authority that is in place'),
    ]);
    expect(await reasons(inputs(pair, { secrets: secretsOf(both, pair, client) }), inputs(pair))).toEqual([]);
    expect(await reasons({ ...alone, replace: true }, inputs(pair))).toEqual([]);
  });

  it('tells no value of a key, in no argument and no message', async () => {
    await handler().create(inputs(pair));
    const { secrets: _kept, ...open } = (await handler().read('x', { ...inputs(pair) })).props;
    const secret = pair.key.split('\n')[1] ?? '';
    expect(secret.length).toBeGreaterThan(30);
    expect(JSON.stringify([open, remote.calls])).not.toContain(secret);
    expect(JSON.stringify([open, remote.calls])).not.toContain(Buffer.from(pair.key).toString('base64'));
  });
});
