// How we log in: one way to the key, no key in plain text, user names that are user names.
import type { Finding } from '../../finding';
import { UNIX_NAME } from './osAccount';
import type { HostRule } from './rule';

export const connectionAccess: HostRule = (spec) => {
  const { connection } = spec;
  const findings: Finding[] = [];
  if (connection.privateKeyFile?.includes('PRIVATE KEY') === true) {
    findings.push({
      code: 'spec/plain-private-key',
      path: 'connection.privateKeyFile',
      message: 'holds a private key in plain text, not the path of a file',
      hint: 'take it out of the configuration and its history, replace the key, and set the new one with `pulumi config set --secret kingbase:privateKey`.',
    });
  } else if (connection.privateKeyFile !== undefined && connection.agent) {
    findings.push({
      code: 'spec/two-keys',
      path: 'connection.agent',
      message: 'true while connection.privateKeyFile is given too',
      hint: 'keep one of them, so that it is certain which key opens the hosts.',
    });
  }
  const users: [string, string | undefined][] = [
    ['connection.user', connection.user],
    ['connection.bastion.user', connection.bastion?.user],
    ...spec.nodes.map((node, index): [string, string | undefined] => [`nodes[${index}].user`, node.connection?.user]),
  ];
  for (const [path, user] of users) {
    // A bastion without a user of its own has the user of the connection: one finding is enough.
    if (user === undefined || UNIX_NAME.test(user) || (path === 'connection.bastion.user' && user === connection.user))
      continue;
    findings.push({
      code: 'spec/login-user',
      path,
      message: `${JSON.stringify(user)} is not the name of a Unix user`,
      hint: 'write the login name alone; the address goes into host.',
    });
  }
  return findings;
};
