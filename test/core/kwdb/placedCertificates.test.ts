/** Certificates that are to be placed: what may be given, and each reason against one. */
import { describe, expect, it } from 'vitest';
import { formatFinding } from '../../../core/finding';
import { checkCertificates, judgeAuthorities, judgePair, type PairFacts } from '../../../core/kwdb/placedCertificates';

const CRT = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN EC PRIVATE KEY-----\nx\n-----END EC PRIVATE KEY-----\n';
const PAIR = { certificate: CRT, key: KEY };
const said = (given: unknown): string[] =>
  checkCertificates(given, ['kw1', 'kw2'], 'certificates').map(({ path, message }) => `${path} ${message}`);

describe('what is given', () => {
  it('is an authority and a pair for each node', () => {
    expect(said({ ca: CRT, nodes: { kw1: PAIR, kw2: PAIR } })).toEqual([]);
    expect(said({ ca: CRT + CRT, nodes: { kw1: PAIR, kw2: PAIR }, client: PAIR })).toEqual([]);
  });

  it('is refused with every mistake, and no value', () => {
    const wrong = {
      ca: CRT + KEY,
      nodes: { kw1: { certificate: 'SECRET', key: CRT }, kw3: PAIR },
      client: 'SECRET',
      user: {},
    };
    expect(said(wrong)).toEqual([
      'certificates.user is not known',
      'certificates.ca holds a private key',
      'certificates.nodes.kw1.certificate holds no -----BEGIN CERTIFICATE-----',
      'certificates.nodes.kw1.key holds no -----BEGIN PRIVATE KEY-----',
      'certificates.nodes.kw2 is not given',
      'certificates.nodes.kw3 is no node of this cluster',
      'certificates.client is not given',
    ]);
    expect(said(undefined)).toEqual(['certificates is no object']);
    expect(said({ ca: 7, nodes: [] }).slice(0, 2)).toEqual([
      'certificates.ca holds no -----BEGIN CERTIFICATE-----',
      'certificates.nodes.kw1 is not given',
    ]);
    expect(JSON.stringify(checkCertificates(wrong, ['kw1'], 'c'))).not.toContain('SECRET');
  });
});

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 11, 1);
type Whole = Exclude<PairFacts, { readonly unread: string }>;
const GOOD: Whole = {
  commonName: 'node',
  isNamed: true,
  coversHost: true,
  fromMs: NOW - DAY,
  untilMs: NOW + DAY,
  usages: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  keyMatches: true,
  authority: { untilMs: NOW + DAY },
};
const of = (facts: PairFacts, host: string | null = '10.0.0.1'): string[] => {
  const path = host === null ? 'certificates.client' : 'certificates.nodes.kw1';
  const wanted = { path, user: host === null ? ('root' as const) : ('node' as const), nowMs: NOW };
  return judgePair(facts, { ...wanted, ...(host === null ? {} : { host }) }).map(
    (one) => formatFinding(one).split('\n')[0] ?? '',
  );
};

describe('a pair', () => {
  it('that holds is quiet, with any usage and without one', () => {
    expect(of(GOOD)).toEqual([]);
    expect(of({ ...GOOD, usages: undefined } as unknown as Whole)).toEqual([]);
    expect(of({ ...GOOD, usages: ['2.5.29.37.0'] })).toEqual([]);
    expect(of({ ...GOOD, commonName: 'root', usages: ['1.3.6.1.5.5.7.3.2'] }, null)).toEqual([]);
  });

  it.each<[string, Partial<Whole>, string]>([
    ['of two', { keyMatches: false }, '.key: is not the key of the certificate beside it'],
    [
      'of another authority',
      { authority: undefined as never },
      '.certificate: is signed by no certificate of certificates.ca',
    ],
    ['for somebody else', { isNamed: false, commonName: 'kw1' }, '.certificate: is for "kw1" and not for node'],
    ['for another host', { coversHost: false }, '.certificate: does not name the host 10.0.0.1'],
    ['of a client', { usages: ['1.3.6.1.5.5.7.3.2'] }, '.certificate: may not be used by a server (serverAuth)'],
    ['of a server alone', { usages: ['1.3.6.1.5.5.7.3.1'] }, '.certificate: may not be used by a client (clientAuth)'],
    ['that ended', { untilMs: NOW }, '.certificate: ended on 2026-12-01'],
    ['of tomorrow', { fromMs: NOW + DAY }, '.certificate: holds from 2026-12-02 on only'],
    [
      'of an authority that ended',
      { authority: { untilMs: NOW - DAY } },
      '.certificate: is signed by an authority that ended on 2026-11-30',
    ],
  ])('%s is refused', (_, more, wanted) => {
    expect(of({ ...GOOD, ...more })).toEqual([`certificates.nodes.kw1${wanted}`]);
  });

  it('that cannot be read is named by its field', () => {
    expect(of({ unread: 'cannot be read', field: 'key' })).toEqual(['certificates.nodes.kw1.key: cannot be read']);
    expect(of({ unread: 'is none', field: 'ca' })).toEqual(['certificates.ca: is none']);
    expect(of({ ...GOOD, isNamed: false, commonName: 'x' }, null)).toEqual([
      'certificates.client.certificate: is for "x" and not for root',
    ]);
  });
});

it('an authority that is in place may not go without saying so', () => {
  expect(judgeAuthorities(['a'], ['a', 'b'], 'certificates.ca')).toEqual([]);
  expect(judgeAuthorities([], ['a'], 'certificates.ca')).toEqual([]);
  expect(judgeAuthorities(['a', 'b'], ['b'], 'certificates.ca').map(({ path }) => path)).toEqual(['certificates.ca']);
});
