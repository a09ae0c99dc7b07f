/** What a node's directory of certificates shows, judged. */
import { describe, expect, it } from 'vitest';
import { judgeCertificates, type CertificateFile } from '../../../core/kwdb/certificates';

const DAY = 86_400;
const GOOD: readonly CertificateFile[] = [
  { name: 'ca.crt', secondsLeft: 3000 * DAY },
  { name: 'node.crt', secondsLeft: 30 * DAY },
  { name: 'node.key', mode: '600' },
  { name: 'ca.key', mode: '400' },
];
const said = (files: readonly CertificateFile[]): string[] =>
  judgeCertificates('/etc/kaiwudb/certs', files).map(({ path, message }) => `${path} ${message}`);

describe('certificates', () => {
  it('that hold, with keys of their owner alone, are quiet', () => {
    expect(said(GOOD)).toEqual([]);
  });

  it.each<[string, CertificateFile, string]>([
    ['ends soon', { name: 'node.crt', secondsLeft: 30 * DAY - 1 }, 'node.crt ends in 29 days'],
    ['ended', { name: 'node.crt', secondsLeft: -DAY }, 'node.crt ended 1 days ago'],
    ['ended this moment', { name: 'node.crt', secondsLeft: 0 }, 'node.crt ended 0 days ago'],
    [
      'cannot be read',
      { name: 'node.crt', secondsLeft: null },
      'node.crt could not be read by openssl: when it ends is not known',
    ],
    ['is open', { name: 'node.key', mode: '640' }, 'node.key has mode 640: others than its owner reach it'],
    ['is open to all', { name: 'node.key', mode: '604' }, 'node.key has mode 604: others than its owner reach it'],
  ])('one that %s is named', (_, file, wanted) => {
    expect(said([...GOOD, file])).toEqual([wanted]);
  });

  it('that are not there are missed', () => {
    expect(said([{ name: 'node.key', mode: '600' }])).toEqual([
      '/etc/kaiwudb/certs holds no certificate, and secureMode is not insecure',
    ]);
  });
});
