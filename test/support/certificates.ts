/** Certificates made by openssl, as an authority of a house would make them: good ones, and each way in which one may be wrong. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KwdbKeyPair } from '../../core/kwdb/placedCertificates';

export interface Wish {
  readonly commonName: string;
  /** As openssl has them: `IP:10.0.0.1,DNS:localhost`. */
  readonly names?: string;
  readonly usages?: string;
  readonly days?: number;
}

export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'kingbase-ca-'));
  private made = 0;
  readonly certificate: string;

  constructor(
    readonly title: string,
    days = 30,
  ) {
    const extension = ['-addext', 'keyUsage=critical,keyCertSign'];
    const files = ['-keyout', this.at('ca.key'), '-out', this.at('ca.crt')];
    this.openssl('req', '-x509', ...EC, '-days', String(days), '-subj', `/O=house/CN=${title}`, ...extension, ...files);
    this.certificate = this.read('ca.crt');
  }

  get key(): string {
    return this.read('ca.key');
  }

  issue({ commonName, names, usages = 'serverAuth,clientAuth', days = 20 }: Wish): KwdbKeyPair {
    const stem = `leaf${++this.made}`;
    const [key, request, certificate] = [`${stem}.key`, `${stem}.csr`, `${stem}.crt`];
    this.openssl('req', ...EC, '-subj', `/O=house/CN=${commonName}`, '-keyout', this.at(key), '-out', this.at(request));
    const lines = [
      'basicConstraints=CA:FALSE',
      ...(usages === '' ? [] : [`extendedKeyUsage=${usages}`]),
      ...(names === undefined ? [] : [`subjectAltName=${names}`]),
    ];
    writeFileSync(this.at(`${stem}.ext`), `${lines.join('\n')}\n`);
    const by = ['-CA', this.at('ca.crt'), '-CAkey', this.at('ca.key'), '-CAcreateserial'];
    const signed = ['-in', this.at(request), '-out', this.at(certificate), '-extfile', this.at(`${stem}.ext`)];
    this.openssl('x509', '-req', '-days', String(days), ...by, ...signed);
    return { certificate: this.read(certificate), key: this.read(key) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private at(name: string): string {
    return join(this.folder, name);
  }
  private read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }
  private openssl(...words: readonly string[]): void {
    execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
