/** kingbase:V8r3Host: the node's own ssh key, made there, and who the host is. The programs are the vendor's: looked for, never changed. */
import { KingbaseError } from '../../core/finding';
import type { FileTarget } from '../../core/topology/nodeTarget';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote, Remote } from '../remote';
import { cleanHost, inputsDiffer, observeHost, onHost, type Observed } from './support';
import type { Handler } from './types';

export interface V8r3HostInputs {
  readonly connection: Connection;
  readonly target: FileTarget;
  readonly osUser: string;
  readonly osGroup: string;
  readonly home: string;
  readonly identity: string;
  readonly programs: readonly string[];
}

interface HostFacts {
  /** type and key, no comment; empty where there is none. */
  readonly publicKey: string;
  /** machine-id: another one under the same address is another machine. */
  readonly incarnation: string;
}

export interface V8r3HostOutputs extends V8r3HostInputs, HostFacts {
  readonly observed?: Observed<HostFacts>;
}

const INPUTS = ['connection', 'target', 'osUser', 'osGroup', 'home', 'identity', 'programs'] as const;

export function v8r3HostHandler(open: OpenRemote): Handler<V8r3HostInputs, V8r3HostOutputs> {
  const ensure = async (inputs: V8r3HostInputs): Promise<V8r3HostOutputs> => {
    const facts = await onHost(open, inputs.connection, (remote) => run(remote, inputs, 'ensure'));
    if (facts.publicKey === '') {
      throw new KingbaseError({
        code: 'v8r3/no-key',
        path: inputs.target.name,
        message: `${inputs.identity} could not be read`,
        hint: 'Look at it on the host: a key with a passphrase cannot be used by scripts. Move it away, and run this again.',
      });
    }
    return { ...inputs, ...facts, observed: { reachable: true, ...facts } };
  };
  return {
    diff: async (_id, olds, news) => {
      if (olds.connection.host !== news.connection.host) return { changes: true, replaces: ['connection'] };
      const { observed } = olds;
      if (observed?.reachable === true && observed.incarnation !== olds.incarnation) {
        return { changes: true, replaces: ['incarnation'] };
      }
      const drifted = observed?.reachable === true && observed.publicKey !== olds.publicKey;
      return { changes: drifted || inputsDiffer<V8r3HostInputs>(olds, news, INPUTS) };
    },
    create: async (inputs) => ({ id: inputs.connection.host, outs: await ensure(inputs) }),
    read: async (id, props) => {
      const observed = await observeHost(open, props.connection, (remote) => run(remote, props, 'observe'));
      return { id, props: { ...props, observed } };
    },
    update: async (_id, _olds, news) => ({ outs: await ensure(news) }),
    delete: async (_id, props) =>
      cleanHost(open, props.connection, 'the key', async (remote) => {
        await run(remote, props, 'remove');
      }),
  };
}

async function run(
  remote: Remote,
  inputs: V8r3HostInputs,
  operation: 'ensure' | 'observe' | 'remove',
): Promise<HostFacts> {
  const { target, osUser, osGroup, home, identity, programs } = inputs;
  const env = {
    OS_USER: osUser,
    OS_GROUP: osGroup,
    OS_HOME: home,
    NODE: target.name,
    STATE: target.state,
    IDENTITY: identity,
    PROGRAMS: programs.join(' '),
    OPERATION: operation,
  };
  const { stdout } = await remote.script(nodeScript('v8r3Host.sh'), env, { label: 'key of the node' });
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  return { publicKey: value('publicKey'), incarnation: value('incarnation') };
}
