/** kingbase:Install: OS user, directories, programs (media or existing), licence, setuid copies for the virtual IP, and the node's own ssh key. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { KingbaseError } from '../../core/finding';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote, Remote } from '../remote';
import { digestFile, uploadMedia } from './installMedia';
import { cleanHost, inputsDiffer, observeHost, onHost, type Observed } from './support';
import type { Handler } from './types';

export interface InstallInputs {
  readonly connection: Connection;
  readonly target: NodeTarget;
  readonly install: {
    readonly source: 'existing' | 'media';
    /** Paths on the machine that runs Pulumi. */
    readonly zip?: string;
    readonly zipSha256?: string;
    readonly license?: string;
    /** Filled in by check, so that another licence under the same path is a change. */
    readonly licenseSha256?: string;
  };
  /** Private key of the node, made there. */
  readonly identity: string;
  /** Copies of ip and arping that may set the virtual IP. */
  readonly setuidCopies?: boolean;
  /** Id of the machine as a cloud calls it; another one is another machine, also where nothing was read yet. */
  readonly instance?: string;
}

export interface InstallOutputs extends InstallInputs {
  /** type and key, no comment */
  readonly publicKey: string;
  /** machine-id: another one under the same address is another machine. */
  readonly incarnation: string;
  readonly kingbaseVersion: string;
  readonly observed?: Observed<InstallObservation>;
}

type InstallDrift = Readonly<Record<string, string>>;

interface InstallObservation {
  readonly incarnation: string;
  readonly drift: InstallDrift;
}

const INPUTS = ['connection', 'target', 'install', 'identity', 'setuidCopies', 'instance'] as const;
const FINISH_TIMEOUT_MS = 900_000;

export function installHandler(open: OpenRemote): Handler<InstallInputs, InstallOutputs> {
  return {
    check: async (_olds, news) => check(news),
    diff: async (_id, olds, news) => diff(olds, news),
    create: async (inputs) => ({ id: inputs.connection.host, outs: await install(open, inputs) }),
    read: async (id, props) => {
      const observed = await observeHost(open, props.connection, async (remote) => {
        const facts = await readFacts(remote, props);
        return { incarnation: facts.incarnation, drift: compare(props, facts) };
      });
      return { id, props: { ...props, observed } };
    },
    update: async (_id, _olds, news) => ({ outs: await install(open, news) }),
    delete: async (_id, props) =>
      cleanHost(open, props.connection, 'programs and keys', async (remote) => {
        await remote.script(
          nodeScript('installRemove.sh'),
          { ...variables(props), INCARNATION: props.incarnation },
          { label: 'remove the installation' },
        );
      }),
  };
}

async function check(
  inputs: InstallInputs,
): Promise<{ inputs: InstallInputs; failures?: { property: string; reason: string }[] }> {
  const { source, zip, license } = inputs.install;
  const failures: { property: string; reason: string }[] = [];
  const isFile = (property: string, path: string): boolean => {
    const found = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    if (!found) {
      failures.push({ property, reason: `${property}: no such file on this machine: ${path}` });
    }
    return found;
  };
  const hasZip = source === 'media' && zip !== undefined && isFile('install.zip', zip);
  const hasLicense = license !== undefined && isFile('install.license', license);
  const zipSha256 = inputs.install.zipSha256?.toLowerCase() ?? (hasZip ? await digestFile(zip) : undefined);
  const licenseSha256 = hasLicense ? sha256(readFileSync(license)) : undefined;
  return { inputs: { ...inputs, install: { ...inputs.install, zipSha256, licenseSha256 } }, failures };
}

function diff(olds: InstallOutputs, news: InstallInputs): { changes: boolean; replaces?: string[] } {
  if (olds.connection.host !== news.connection.host) {
    return { changes: true, replaces: ['connection'] };
  }
  if (olds.instance !== undefined && news.instance !== undefined && olds.instance !== news.instance) {
    return { changes: true, replaces: ['instance'] };
  }
  const { observed } = olds;
  if (observed?.reachable === true && observed.incarnation !== olds.incarnation) {
    return { changes: true, replaces: ['incarnation'] };
  }
  const hasDrift = observed?.reachable === true && Object.keys(observed.drift).length > 0;
  return { changes: hasDrift || inputsDiffer<InstallInputs>(olds, news, INPUTS) };
}

async function install(open: OpenRemote, inputs: InstallInputs): Promise<InstallOutputs> {
  return onHost(open, inputs.connection, async (remote) => {
    const env = variables(inputs);
    const prepared = await remote.script(nodeScript('installPrepare.sh'), env, {
      label: 'prepare user and directories',
    });
    const present = /^media (\d+)$/m.exec(prepared.stdout)?.[1];
    if (present !== undefined) {
      await uploadMedia(remote, mediaOf(inputs), inputs.target.state, Number(present));
    }
    const { license } = inputs.install;
    const finish = {
      ...env,
      ZIP_SHA: present === undefined ? '' : env.ZIP_SHA,
      LICENSE: license === undefined ? '' : readFileSync(license).toString('base64'),
    };
    await remote.script(nodeScript('installFinish.sh'), finish, {
      label: 'install programs, licence and key',
      timeoutMs: FINISH_TIMEOUT_MS,
    });
    const { publicKey, incarnation, kingbaseVersion } = await readFacts(remote, inputs);
    return {
      ...inputs,
      publicKey,
      incarnation,
      kingbaseVersion,
      observed: { reachable: true, incarnation, drift: {} },
    };
  });
}

function mediaOf({ install, connection }: InstallInputs): { zip: string; sha256: string } {
  if (install.zip === undefined || install.zipSha256 === undefined) {
    throw new KingbaseError({
      code: 'install/no-media',
      path: connection.host,
      message: 'install.source is media, and install.zip is not given',
      hint: 'Give the path of db.zip on the machine that runs Pulumi.',
    });
  }
  return { zip: install.zip, sha256: install.zipSha256 };
}

function variables({ target, install, identity, setuidCopies }: InstallInputs) {
  return {
    OS_USER: target.osUser,
    OS_GROUP: target.osGroup,
    OS_HOME: target.home,
    NODE: target.name,
    ROLE: target.role,
    PREFIX: target.prefix,
    DATA: target.data,
    WAL: target.wal ?? '',
    STATE: target.state,
    SOURCE: install.source,
    ZIP_SHA: install.zipSha256 ?? '',
    IDENTITY: identity,
    IP_PATH: target.ipPath,
    ARPING_PATH: target.arpingPath,
    SETUID_COPIES: setuidCopies === true ? 'yes' : 'no',
  };
}

type Facts = Readonly<
  Record<'incarnation' | 'user' | 'publicKey' | 'kingbaseVersion' | 'programs' | 'media' | 'license' | 'copies', string>
>;

async function readFacts(remote: Remote, inputs: InstallInputs): Promise<Facts> {
  const { stdout } = await remote.script(nodeScript('installFacts.sh'), variables(inputs), {
    label: 'look at the installation',
  });
  const pairs = stdout
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs) as Facts;
}

function compare(props: InstallOutputs, facts: Facts): InstallDrift {
  const { install, target } = props;
  const drift: Record<string, string> = {};
  if (facts.user !== target.home) {
    drift[`user ${target.osUser}`] = facts.user === '' ? 'missing' : `home ${facts.user}`;
  }
  if (facts.publicKey !== props.publicKey) {
    drift[props.identity] = facts.publicKey === '' ? 'missing' : 'content';
  }
  if (target.role !== 'repository' && facts.programs !== 'yes') {
    drift[target.bin] = 'missing';
  }
  if (install.source === 'media' && facts.media !== `${install.zipSha256} ${target.prefix}`) {
    drift[target.prefix] = facts.media === '' ? 'missing' : 'content';
  }
  if (install.licenseSha256 !== undefined && facts.license !== install.licenseSha256) {
    drift[`${target.bin}/license.dat`] = facts.license === '' ? 'missing' : 'content';
  }
  if (facts.copies === 'differ') {
    drift[target.ipPath] = 'mode';
  }
  return drift;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
