/** kingbase:SecretFiles: files with secrets in them. Values travel over standard input only; what is kept to see drift is a keyed digest whose key never leaves the node. */
import { createHash } from 'node:crypto';
import { formatFinding, type Finding } from '../../core/finding';
import { fillSecrets } from '../../core/render/fillSecrets';
import { applyFiles, removeFiles, type FileHost, type NodeFiles } from '../nodeFiles';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote, Remote } from '../remote';
import { UNKNOWN } from '../unknown';
import { cleanHost, inputsDiffer, observeHost, onHost, type Observed } from './support';
import type { Handler } from './types';

export interface SecretFile {
  /** With @@secret:name@@ where a value goes. */
  readonly template: string;
  readonly mode: string;
  readonly owner: string;
}

export interface SecretFilesInputs {
  readonly connection: Connection;
  readonly target: FileHost;
  readonly files: Readonly<Record<string, SecretFile>>;
  /** Secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

export type SecretDrift = Readonly<Record<string, 'missing' | 'content' | 'mode' | 'owner'>>;

export interface SecretFilesOutputs extends SecretFilesInputs {
  /** Keyed digest of each file as it was written. */
  readonly digests: Readonly<Record<string, string>>;
  readonly observed?: Observed<{ readonly drift: SecretDrift }>;
}

const INPUTS = ['connection', 'target', 'files', 'secrets'] as const;

export function secretFilesHandler(open: OpenRemote): Handler<SecretFilesInputs, SecretFilesOutputs> {
  return {
    check: async (olds, news) => ({
      inputs: news,
      failures: rotated(olds.secrets, news.secrets).map((name) => ({
        property: 'secrets',
        reason: formatFinding(rotationNotSupported(name)),
      })),
    }),
    diff: async (_id, olds, news) => {
      if (olds.connection.host !== news.connection.host) {
        return { changes: true, replaces: ['connection'] };
      }
      const hasDrift = olds.observed?.reachable === true && Object.keys(olds.observed.drift).length > 0;
      return { changes: hasDrift || inputsDiffer<SecretFilesInputs>(olds, news, INPUTS) };
    },
    create: async (inputs) => ({ id: inputs.connection.host, outs: await write(open, inputs) }),
    read: async (id, props) => {
      const observed = await observeHost(open, props.connection, async (remote) => ({
        drift: compare(props, await look(remote, props)),
      }));
      return { id, props: { ...props, observed } };
    },
    update: async (_id, olds, news) => {
      const removed = Object.entries(olds.files).filter(([path]) => !(path in news.files));
      await onHost(open, news.connection, (remote) =>
        removeFiles(remote, news.target, blank(Object.fromEntries(removed)), true),
      );
      return { outs: await write(open, news) };
    },
    delete: async (_id, props) =>
      cleanHost(open, props.connection, 'files with passwords', async (remote) => {
        await removeFiles(remote, props.target, blank(props.files), true);
      }),
  };
}

/** Names of known values that differ from those before. A value that preview cannot know counts as unchanged: the update checks it again. */
function rotated(olds: unknown, news: unknown): string[] {
  if (typeof olds !== 'object' || olds === null || typeof news !== 'object' || news === null) {
    return [];
  }
  const before = olds as Readonly<Record<string, unknown>>;
  return (
    Object.entries(news)
      .filter(([name, value]) => before[name] !== undefined && ![before[name], UNKNOWN].includes(value))
      // A key of an object store is the store's: its file is all that has to follow.
      .filter(([name]) => !name.startsWith('s3Key'))
      .map(([name]) => name)
  );
}

/**
 * The files alone must not change: the roles in the database keep their passwords, and what reads the files would fail to log in when it
 * connects next, which for repmgr is the next failover. Says the name only, never a value.
 */
function rotationNotSupported(name: string): Finding {
  if (name === 'repoPassphrase') {
    return {
      code: 'secrets/rotation-not-supported',
      path: 'backupSecrets.passphrase',
      message:
        'differs from the passphrase that the repository was made with: none of its backups could be read with another one',
      hint: 'Put the old value back. For another passphrase: give backup.path another directory, and keep the old repository until its backups are not needed.',
    };
  }
  return {
    code: 'secrets/rotation-not-supported',
    path: `passwords.${name}`,
    message: 'differs from the password that this cluster was made with, which the role in the database keeps',
    hint: "Put the old value back. Changing the role's password in the database and in the configuration in one maintenance window is not supported yet.",
  };
}

async function write(open: OpenRemote, inputs: SecretFilesInputs): Promise<SecretFilesOutputs> {
  const filled = Object.entries(inputs.files).map(([path, { template, mode, owner }]) => {
    const text = fillSecrets(path, template, inputs.secrets, md5);
    return [path, { text, mode, owner }] as const;
  });
  const seen = await onHost(open, inputs.connection, async (remote) => {
    await applyFiles(remote, inputs.target, Object.fromEntries(filled));
    return look(remote, inputs);
  });
  const digests = Object.fromEntries([...seen].map(([path, file]) => [path, file.digest]));
  return { ...inputs, digests, observed: { reachable: true, drift: {} } };
}

/** Of the vendor's password files: no choice of ours. */
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

interface Seen {
  readonly mode: string;
  readonly owner: string;
  readonly digest: string;
}

/** Mode, owner and keyed digest of each file that is there. */
async function look(remote: Remote, props: SecretFilesInputs): Promise<Map<string, Seen>> {
  const paths = Object.keys(props.files).map((path) => Buffer.from(path).toString('base64'));
  const env = { STATE: props.target.state, PATHS: paths.join('\n') };
  const { stdout } = await remote.script(nodeScript('secretDigests.sh'), env, {
    label: 'digest of files with secrets',
  });
  const rows = stdout.split('\n').filter((line) => line !== '');
  return new Map(
    rows.map((line) => {
      const [path = '', mode = '', owner = '', digest = ''] = line.split('\t');
      return [Buffer.from(path, 'base64').toString('utf8'), { mode: mode.padStart(4, '0'), owner, digest }];
    }),
  );
}

function compare(props: SecretFilesOutputs, seen: ReadonlyMap<string, Seen>): SecretDrift {
  const drift: Record<string, 'missing' | 'content' | 'mode' | 'owner'> = {};
  for (const [path, file] of Object.entries(props.files)) {
    const found = seen.get(path);
    if (found === undefined) {
      drift[path] = 'missing';
    } else if (found.digest !== props.digests[path]) {
      drift[path] = 'content';
    } else if (found.mode !== file.mode) {
      drift[path] = 'mode';
    } else if (found.owner !== file.owner) {
      drift[path] = 'owner';
    }
  }
  return drift;
}

/** Files to take away: their text does not matter, and need not travel. */
function blank(files: Readonly<Record<string, SecretFile>>): NodeFiles {
  return Object.fromEntries(Object.entries(files).map(([path, { mode, owner }]) => [path, { text: '', mode, owner }]));
}
