/**
 * Certificates that we place: what may be given, under which names they lie, and what has to hold of them before anything is sent to a host.
 * Source: KWDB kwbase/pkg/security/certificate_loader.go (names, 0700 at most for keys, who a certificate is for), certificate_manager.go (SIGHUP),
 * tls.go (usages are those of Go's crypto/tls).
 */
import type { Finding } from '../finding';

export interface KwdbKeyPair {
  /** PEM; the node's own first, then those between it and the authority, if there are any. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

export interface KwdbCertificates {
  /** PEM; more than one while an authority is replaced. Its key stays where it is. */
  readonly ca: string;
  /** By the name of the node. */
  readonly nodes: Readonly<Record<string, KwdbKeyPair>>;
  /** Of the user root, with which our programs log in; undefined: what lies there stays. */
  readonly client?: KwdbKeyPair;
}

/** Names that the server looks for, and who may read them: it refuses a key that others than its owner reach. */
export const PLACED_MODES: Readonly<Record<string, string>> = {
  'ca.crt': '0644',
  'node.crt': '0644',
  'node.key': '0600',
  'client.root.crt': '0644',
  'client.root.key': '0600',
};

/** Shape alone: every mistake at once, and no value in any message. */
export function checkCertificates(given: unknown, nodes: readonly string[], path: string): readonly Finding[] {
  if (!isFields(given)) return [wrong(path, 'is no object', 'Give { ca, nodes: { <node>: { certificate, key } } }.')];
  const { ca, nodes: pairs, client, ...others } = given;
  const named = isFields(pairs) ? pairs : {};
  return [
    ...Object.keys(others).map((field) => wrong(`${path}.${field}`, 'is not known', 'One of ca, nodes, client.')),
    ...checkPem(ca, `${path}.ca`, 'CERTIFICATE'),
    ...(typeof ca === 'string' && ca.includes('PRIVATE KEY')
      ? [
          wrong(
            `${path}.ca`,
            'holds a private key',
            'The key of an authority belongs on no node: give its certificate alone.',
          ),
        ]
      : []),
    ...nodes.flatMap((name) => checkPair(named[name], `${path}.nodes.${name}`)),
    ...Object.keys(named)
      .filter((name) => !nodes.includes(name))
      .map((name) => wrong(`${path}.nodes.${name}`, 'is no node of this cluster', `One of ${nodes.join(', ')}.`)),
    ...(client === undefined ? [] : checkPair(client, `${path}.client`)),
  ];
}

function checkPair(given: unknown, path: string): readonly Finding[] {
  if (!isFields(given)) return [wrong(path, 'is not given', 'Give { certificate, key }, both as PEM.')];
  return [
    ...checkPem(given['certificate'], `${path}.certificate`, 'CERTIFICATE'),
    ...checkPem(given['key'], `${path}.key`, 'PRIVATE KEY'),
  ];
}

function checkPem(given: unknown, path: string, what: string): readonly Finding[] {
  const holds =
    typeof given === 'string' &&
    given.split('\n').some((line) => line.startsWith('-----BEGIN ') && line.includes(what));
  return holds
    ? []
    : [wrong(path, `holds no -----BEGIN ${what}-----`, 'Give the text of the PEM file, line breaks included.')];
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a PEM text holds; a reason where it could not be read. Never a part of a key. */
export type PairFacts =
  | { readonly unread: string; readonly field: 'certificate' | 'key' | 'ca' }
  | {
      readonly commonName: string;
      /** The user that it is for is its common name or one of its DNS names. */
      readonly isNamed: boolean;
      /** The host is one of its subject alternative names; true for a client. */
      readonly coversHost: boolean;
      readonly fromMs: number;
      readonly untilMs: number;
      /** Object identifiers of its extended key usages; undefined: any. */
      readonly usages?: readonly string[];
      readonly keyMatches: boolean;
      /** The certificate of the given authority that vouches for it; undefined: none does. */
      readonly authority?: { readonly untilMs: number };
    };

interface Wanted {
  /** certificates.nodes.kw1 */
  readonly path: string;
  readonly user: 'node' | 'root';
  /** undefined: of a client. */
  readonly host?: string;
  readonly nowMs: number;
}

const SERVER = '1.3.6.1.5.5.7.3.1';
const CLIENT = '1.3.6.1.5.5.7.3.2';
const ANY = '2.5.29.37.0';

export function judgePair(facts: PairFacts, wanted: Wanted): readonly Finding[] {
  const { path, user, host, nowMs } = wanted;
  if ('unread' in facts) {
    const at = facts.field === 'ca' ? `${path.split('.')[0] ?? ''}.ca` : `${path}.${facts.field}`;
    return [wrong(at, facts.unread, 'openssl x509 -noout -text and openssl pkey -noout show what a PEM file holds.')];
  }
  const certificate = `${path}.certificate`;
  const missing = (host === undefined ? [CLIENT] : [SERVER, CLIENT]).filter(
    (usage) => facts.usages !== undefined && !facts.usages.includes(usage) && !facts.usages.includes(ANY),
  );
  return [
    ...(facts.keyMatches
      ? []
      : [wrong(`${path}.key`, 'is not the key of the certificate beside it', 'Give the pair that was made together.')]),
    ...(facts.authority === undefined
      ? [wrong(certificate, `is signed by no certificate of ${path.split('.')[0] ?? ''}.ca`, 'Give its authority.')]
      : []),
    ...(facts.isNamed
      ? []
      : [
          wrong(
            certificate,
            `is for ${JSON.stringify(facts.commonName)} and not for ${user}`,
            `KWDB wants the common name, or a DNS name, ${user}: kwbase cert create-${host === undefined ? 'client root' : 'node'} makes such.`,
          ),
        ]),
    ...(facts.coversHost
      ? []
      : [wrong(certificate, `does not name the host ${host ?? ''}`, 'Its subject alternative names need it.')]),
    ...missing.map((usage) =>
      wrong(
        certificate,
        `may not be used ${usage === SERVER ? 'by a server (serverAuth)' : 'by a client (clientAuth)'}`,
        'A node is both, to its peers; root is a client. Make it anew with that extended key usage.',
      ),
    ),
    ...judgeTime(facts, certificate, nowMs),
  ];
}

function judgeTime(
  { fromMs, untilMs, authority }: Exclude<PairFacts, { readonly unread: string }>,
  path: string,
  nowMs: number,
): readonly Finding[] {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return [
    ...(untilMs <= nowMs ? [wrong(path, `ended on ${day(untilMs)}`, 'Give one that holds.')] : []),
    ...(fromMs > nowMs ? [wrong(path, `holds from ${day(fromMs)} on only`, 'Look at the clocks, or wait.')] : []),
    ...(authority !== undefined && authority.untilMs <= nowMs
      ? [wrong(path, `is signed by an authority that ended on ${day(authority.untilMs)}`, 'Make both anew.')]
      : []),
  ];
}

/** An authority that goes while nodes still hold what it signed cuts them off from one another. before, after: fingerprints. */
export function judgeAuthorities(
  before: readonly string[],
  after: readonly string[],
  path: string,
): readonly Finding[] {
  return before.every((one) => after.includes(one))
    ? []
    : [
        wrong(
          path,
          'leaves out an authority that is in place: nodes that still show a certificate of it would be refused by the others',
          'First give both, old and new, in ca; then certificates of the new one; then the new one alone, with service.replaceCertificates for that one update.',
        ),
      ];
}

function wrong(path: string, message: string, hint: string): Finding {
  return { code: 'kwdb/wrong-certificate', path, message, hint };
}
