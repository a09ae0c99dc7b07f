/** PEM texts to facts: what node:crypto says of certificates and keys. Nothing of a key is in what it gives. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { KwdbKeyPair, PairFacts } from '../../core/kwdb/placedCertificates';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Throws where one of them is none. */
function certificatesIn(pem: string): readonly X509Certificate[] {
  const found = [...pem.matchAll(BLOCK)].map(([text]) => new X509Certificate(text));
  if (found.length === 0) throw new Error('no certificate');
  return found;
}

/** Of every certificate in it. Empty where it cannot be read. */
export function fingerprintsOf(pem: string): readonly string[] {
  try {
    return certificatesIn(pem).map(({ fingerprint256 }) => fingerprint256);
  } catch {
    return [];
  }
}

export interface Bearer {
  readonly user: 'node' | 'root';
  /** Address or name that others reach it by; undefined: of a client. */
  readonly host?: string;
}

export function readPair(ca: string, { certificate, key }: KwdbKeyPair, { user, host }: Bearer): PairFacts {
  const authorities = attempt(() => certificatesIn(ca));
  if (authorities === undefined) return { field: 'ca', unread: 'holds a certificate that cannot be read' };
  if (authorities.some((one) => !one.ca)) {
    return { field: 'ca', unread: 'holds a certificate that is no authority’s (CA:TRUE is missing)' };
  }
  const chain = attempt(() => certificatesIn(certificate));
  const own = chain?.[0];
  if (chain === undefined || own === undefined) return { field: 'certificate', unread: 'cannot be read' };
  const secret = attempt(() => createPrivateKey(key));
  if (secret === undefined) {
    return { field: 'key', unread: 'cannot be read: is it encrypted? The server reads it without a passphrase' };
  }
  const authority = vouches(own, chain.slice(1), authorities);
  const usages = own.keyUsage as readonly string[] | undefined;
  const commonName = String(own.toLegacyObject().subject.CN ?? '');
  return {
    commonName,
    isNamed: commonName === user || own.checkHost(user, { subject: 'never', wildcards: false }) !== undefined,
    coversHost: host === undefined || covers(own, host),
    fromMs: Date.parse(own.validFrom),
    untilMs: Date.parse(own.validTo),
    ...(usages === undefined ? {} : { usages }),
    keyMatches: own.checkPrivateKey(secret),
    ...(authority === undefined ? {} : { authority: { untilMs: Date.parse(authority.validTo) } }),
  };
}

/** Go does not look at the common name for a host. */
function covers(own: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? own.checkHost(host, { subject: 'never' }) : own.checkIP(host)) !== undefined;
}

/** The authority at the end of the chain; each certificate between is used once. */
function vouches(
  one: X509Certificate,
  between: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): X509Certificate | undefined {
  const signed = (by: X509Certificate): boolean => by.ca && one.checkIssued(by) && one.verify(by.publicKey);
  const last = authorities.find(signed);
  if (last !== undefined) return last;
  const next = between.find(signed);
  return next === undefined
    ? undefined
    : vouches(
        next,
        between.filter((other) => other !== next),
        authorities,
      );
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
