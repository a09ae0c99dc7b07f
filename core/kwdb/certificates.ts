/** Certificates of a node in secure mode, as its directory shows them: a node whose own has ended is not joined again after its next start. */
import type { Finding } from '../finding';

export interface CertificateFile {
  /** node.crt, client.root.crt, node.key: whatever lies there; no names are required, because those of tlcp are not established. */
  readonly name: string;
  /** Of a certificate: seconds until it ends; null: openssl could not read it, or there is none. */
  readonly secondsLeft?: number | null;
  /** Of a key: mode in octal, 600. */
  readonly mode?: string;
}

const WARN_SECONDS = 30 * 86_400;

export function judgeCertificates(directory: string, files: readonly CertificateFile[]): readonly Finding[] {
  const certificates = files.filter(({ name }) => name.endsWith('.crt'));
  const findings = files.flatMap((file) => judgeFile(file));
  return certificates.length > 0
    ? findings
    : [
        found(
          'kwdb/no-certificates',
          directory,
          'holds no certificate, and secureMode is not insecure',
          'kwbase cert create-ca, create-node and create-client make them, or the installer does.',
        ),
        ...findings,
      ];
}

function judgeFile({ name, secondsLeft, mode }: CertificateFile): readonly Finding[] {
  if (mode !== undefined) {
    // The server refuses keys that others may read, at its next start.
    return /[1-7]$|[1-7].$/.test(mode.slice(-2))
      ? [found('kwdb/open-key', name, `has mode ${mode}: others than its owner reach it`, 'chmod 600.')]
      : [];
  }
  if (secondsLeft === null || secondsLeft === undefined)
    return [found('kwdb/certificate-unread', name, 'could not be read by openssl: when it ends is not known', LOOK)];
  if (secondsLeft <= 0) return [found('kwdb/certificate-ended', name, `ended ${days(-secondsLeft)} days ago`, RENEW)];
  return secondsLeft < WARN_SECONDS
    ? [found('kwdb/certificate-ends', name, `ends in ${days(secondsLeft)} days`, RENEW)]
    : [];
}

const days = (seconds: number): number => Math.floor(seconds / 86_400);
const LOOK = 'openssl x509 -noout -enddate -in that file, on any host that has openssl.';
const RENEW =
  'Make it anew with the same authority (kwbase cert create-node or create-client), node by node, and restart each.';

function found(code: string, path: string, message: string, hint: string): Finding {
  return { code, path, message, hint };
}
