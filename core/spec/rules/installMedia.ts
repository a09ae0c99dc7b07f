// Media needs its files; an existing installation has no use for them.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

export const installMedia: Rule = (spec) => {
  const { install, version } = spec;
  const findings: Finding[] = [];
  const add = (field: string, message: string, hint: string) =>
    findings.push({ code: 'spec/install-media', path: `install.${field}`, message, hint });

  if (install.source === 'media' && install.zip === undefined) {
    add(
      'zip',
      'is missing while install.source is media',
      'give the path of db.zip on the machine that runs Pulumi (in the installer: ClientTools/guitools/DeployTools/zip/).',
    );
  }
  if (install.source === 'media' && version === 'V8R6' && install.license === undefined) {
    add(
      'license',
      'is missing: V8R6 media carries no licence',
      'give the path of license.dat on the machine that runs Pulumi.',
    );
  }
  if (install.source === 'existing' && install.zip !== undefined) {
    add(
      'zip',
      'is given while install.source is existing',
      'set install.source to media to unpack it, or leave it out.',
    );
  }
  if (install.zipSha256 !== undefined && install.zip === undefined && install.source === 'existing') {
    add('zipSha256', 'is given without install.zip', 'leave it out.');
  }
  if (install.zipSha256 !== undefined && !/^[0-9a-f]{64}$/i.test(install.zipSha256)) {
    add(
      'zipSha256',
      `is not a SHA-256 sum (${install.zipSha256.length} characters)`,
      'write the 64 hexadecimal digits that `sha256sum db.zip` prints.',
    );
  }
  return findings;
};
