// One port, one listener: database, ssh and the remote channel do not collide on a node.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

export const ports: Rule = (spec) => {
  const findings: Finding[] = [];
  const database = spec.database.port;
  const channel = spec.remoteChannel;
  const ssh = new Map<number, string>([[spec.connection.port, 'connection.port']]);
  spec.nodes.forEach((node, index) => {
    if (node.connection?.port !== undefined) ssh.set(node.connection.port, `nodes[${index}].port`);
  });
  const sshPath = ssh.get(database);
  if (sshPath !== undefined) {
    findings.push({
      code: 'spec/port-collision',
      path: 'database.port',
      message: `${database} is also ${sshPath}, the port of ssh`,
      hint: 'choose another port; the vendor’s is 54321.',
    });
  }
  if (channel.port === database) {
    findings.push({
      code: 'spec/port-collision',
      path: 'remoteChannel.port',
      message: `${channel.port} is also database.port`,
      hint: 'choose another port; the vendor’s are 54321 for the database and 8890 for sys_securecmdd.',
    });
  }
  const taken = channel.kind === 'securecmdd' ? ssh.get(channel.port) : undefined;
  if (taken !== undefined) {
    findings.push({
      code: 'spec/port-collision',
      path: 'remoteChannel.port',
      message: `${channel.port} is also ${taken}, the port of ssh`,
      hint: 'choose another port for sys_securecmdd; the vendor’s is 8890.',
    });
  }
  return findings;
};
