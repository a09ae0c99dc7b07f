/** kingbase:V8r3Preflight: looks at the hosts of a V8R3 cluster before anything is changed on them, and refuses with every reason at once. Changes nothing. */
import { KingbaseError } from '../../core/finding';
import { blockingFindings } from '../../core/preflight/evaluate';
import { evaluateV8r3, type V8r3Evidence } from '../../core/v8r3/preflight/evaluate';
import { v8r3PreflightVariables, type V8r3PreflightRequest } from '../../core/v8r3/preflight/request';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote } from '../remote';
import { onHost } from './support';
import type { Handler } from './types';

export interface V8r3PreflightNode {
  readonly connection: Connection;
  readonly request: V8r3PreflightRequest;
}

export interface V8r3PreflightInputs {
  readonly nodes: readonly V8r3PreflightNode[];
}

export interface V8r3PreflightOutputs extends V8r3PreflightInputs {
  /** What was found when it ran, one line per warning. */
  readonly warnings: readonly string[];
}

const TIMEOUT_MS = 60_000;

export function v8r3PreflightHandler(open: OpenRemote): Handler<V8r3PreflightInputs, V8r3PreflightOutputs> {
  const look = async (nodes: readonly V8r3PreflightNode[]): Promise<readonly string[]> => {
    const report = evaluateV8r3(await Promise.all(nodes.map((node) => ask(open, node))));
    if (!report.passed) throw new KingbaseError(blockingFindings(report));
    return report.results
      .filter(({ verdict }) => verdict === 'WARN')
      .map(({ node, title, found, hint }) => `${node}: ${title}: ${found}. ${hint}`);
  };
  return {
    diff: async (_id, olds, news) => ({
      changes: changed(olds, news).length > 0 || olds.nodes.length !== news.nodes.length,
    }),
    create: async (inputs) => ({ id: 'preflight', outs: { ...inputs, warnings: await look(inputs.nodes) } }),
    read: async (id, props) => ({ id, props }),
    // Hosts that are new, or of which something else is asked: the others run, and one of them may be down just now.
    update: async (_id, olds, news) => {
      const nodes = changed(olds, news);
      return { outs: { ...news, warnings: nodes.length === 0 ? olds.warnings : await look(nodes) } };
    },
    delete: async () => undefined,
  };
}

function changed(olds: V8r3PreflightInputs, news: V8r3PreflightInputs): readonly V8r3PreflightNode[] {
  const subject = ({ connection, request }: V8r3PreflightNode): string =>
    JSON.stringify([connection.host, connection.hostKey, Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1))]);
  const known = new Set(olds.nodes.map(subject));
  return news.nodes.filter((node) => !known.has(subject(node)));
}

async function ask(open: OpenRemote, { connection, request }: V8r3PreflightNode): Promise<V8r3Evidence> {
  try {
    const { stdout } = await onHost(open, connection, (remote) =>
      remote.script(nodeScript('v8r3Preflight.sh'), v8r3PreflightVariables(request), {
        label: 'preflight',
        timeoutMs: TIMEOUT_MS,
      }),
    );
    return { request, output: stdout };
  } catch (error) {
    if (!(error instanceof KingbaseError)) throw error;
    const [finding] = error.findings;
    const unreachable = { code: error.code, message: finding?.message ?? error.message, hint: finding?.hint ?? '' };
    return { request, output: undefined, unreachable };
  }
}
