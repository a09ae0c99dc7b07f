/** kingbase:Files: our files on one node, drift and repair per path. Also used for the ssh trust between nodes. */
import { applyFiles, observeFiles, removeFiles, type Drift, type FileHost, type NodeFiles } from '../nodeFiles';
import type { Connection, OpenRemote } from '../remote';
import { warn } from '../warn';
import { cleanHost, inputsDiffer, observeHost, onHost, type Observed } from './support';
import type { Handler } from './types';

export interface FilesInputs {
  readonly connection: Connection;
  /** Any host with a state directory of ours; that of a database node says more than is used here. */
  readonly target: FileHost;
  readonly files: NodeFiles;
}

export interface FilesOutputs extends FilesInputs {
  readonly observed?: Observed<{ readonly drift: Drift }>;
}

const INPUTS = ['connection', 'target', 'files'] as const;

export function filesHandler(open: OpenRemote): Handler<FilesInputs, FilesOutputs> {
  return {
    diff: async (_id, olds, news) => {
      if (olds.connection.host !== news.connection.host) {
        return { changes: true, replaces: ['connection'] };
      }
      return { changes: inputsDiffer<FilesInputs>(olds, news, INPUTS) || hasDrift(olds) };
    },
    create: async (inputs) => ({ id: inputs.connection.host, outs: await write(open, inputs) }),
    read: async (id, props) => {
      const observed = await observeHost(open, props.connection, async (remote) => ({
        drift: await observeFiles(remote, props.target, props.files),
      }));
      return { id, props: { ...props, observed } };
    },
    update: async (_id, olds, news) => ({ outs: await write(open, news, gone(olds.files, news.files)) }),
    delete: async (_id, props) =>
      cleanHost(open, props.connection, 'our files', async (remote) => {
        for (const path of await removeFiles(remote, props.target, props.files)) {
          warn(props.connection.host, `${path} was edited by hand and is left there`);
        }
      }),
  };
}

/** A paused watchdog is an operator's decision, not drift to repair. */
function hasDrift(props: FilesOutputs): boolean {
  return props.observed?.reachable === true && Object.values(props.observed.drift).some((kind) => kind !== 'paused');
}

async function write(open: OpenRemote, inputs: FilesInputs, removed: NodeFiles = {}): Promise<FilesOutputs> {
  const repaired = await onHost(open, inputs.connection, (remote) =>
    applyFiles(remote, inputs.target, inputs.files, removed),
  );
  const drift = Object.fromEntries(Object.entries(repaired).filter(([, kind]) => kind === 'paused'));
  return { ...inputs, observed: { reachable: true, drift } };
}

/** A path that is not ours any more, also where a block became a whole file or another block. */
function gone(olds: NodeFiles, news: NodeFiles): NodeFiles {
  return Object.fromEntries(
    Object.entries(olds).filter(([path, file]) => news[path]?.block !== file.block || !(path in news)),
  );
}
