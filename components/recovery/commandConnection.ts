/** A node's connection in the words of command.remote.Command, which takes the key itself and no file. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { types } from '@pulumi/command';
import * as pulumi from '@pulumi/pulumi';
import type { ConnectionArgs } from '../hostArgs';

type CommandConnection = types.input.remote.ConnectionArgs;

/** Secret as a whole: the key is in it. */
export function commandConnection(connection: ConnectionArgs): pulumi.Output<CommandConnection> {
  const { host, port, user, hostKey, bastion, agent, connectTimeoutSeconds } = connection;
  const login = {
    ...keyOf(connection),
    ...(agent === true ? { agentSocketPath: process.env['SSH_AUTH_SOCK'] ?? '' } : {}),
    ...(connectTimeoutSeconds === undefined ? {} : { perDialTimeout: connectTimeoutSeconds }),
    dialErrorLimit: 3,
  };
  const whole: CommandConnection = {
    host,
    port,
    user,
    hostKey,
    ...login,
    ...(bastion === undefined ? {} : { proxy: { ...login, ...bastion } }),
  };
  return pulumi.secret(whole) as pulumi.Output<CommandConnection>;
}

function keyOf({ privateKey, privateKeyFile }: ConnectionArgs): { readonly privateKey?: pulumi.Input<string> } {
  if (privateKey !== undefined) return { privateKey };
  return privateKeyFile === undefined ? {} : { privateKey: readKey(privateKeyFile) };
}

/** A preview in review runs where no key is: only what runs needs it. */
function readKey(path: string): string {
  try {
    return readFileSync(path.replace(/^~(?=\/)/, homedir()), 'utf8');
  } catch (cause) {
    if (pulumi.runtime.isDryRun()) return '';
    throw new pulumi.RunError(
      `connection.privateKeyFile: ${path} cannot be read: ${(cause as Error).message}\nHINT: Give the path of the key on this machine, or the key as the secret kingbase:privateKey.`,
      { cause },
    );
  }
}
