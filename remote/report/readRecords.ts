/** The records of actions and drills as they lie on the nodes. Nothing is changed there. A node that does not answer is named. */
import { parseActionRecord, type ActionRecord } from '../../core/action/record';
import type { DrillRecord } from '../../core/backup/observation';
import { parseDrillRecord } from '../../core/drill/record';
import { ACTION } from '../../core/render/actionFiles';
import type { NodeSpec } from '../../core/spec/types';
import { STATE_DIRECTORY } from '../../core/topology/planPaths';
import type { Remote } from '../remote';

export interface Records {
  readonly actions: readonly ActionRecord[];
  readonly drills: readonly DrillRecord[];
  readonly unread: readonly { readonly node: string; readonly why: string }[];
}

/** One document a line, whatever line breaks the file has. A node without drills has no such directory. */
const DRILLS = `
shopt -s nullglob
for file in "$directory"/*.json; do
  tr -d '\\n' <"$file"
  echo
done`;

const NOT_THERE = [126, 127];
const MAX_MS = 120_000;

export async function readRecords(
  cluster: string,
  nodes: readonly NodeSpec[],
  open: (node: NodeSpec) => Remote,
): Promise<Records> {
  const read = await Promise.all(nodes.map((node) => readNode(cluster, node, open)));
  return {
    actions: read.flatMap(({ actions }) => actions),
    drills: read.flatMap(({ drills }) => drills),
    unread: read.flatMap(({ unread }) => unread),
  };
}

async function readNode(cluster: string, node: NodeSpec, open: (node: NodeSpec) => Remote): Promise<Records> {
  let remote: Remote | undefined;
  try {
    remote = open(node);
    const actions = node.role === 'repository' ? [] : await readActions(remote);
    return { actions, drills: await readDrills(remote, `${STATE_DIRECTORY}/${cluster}/drills`), unread: [] };
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    return { actions: [], drills: [], unread: [{ node: node.name, why }] };
  } finally {
    remote?.close();
  }
}

/** A node on which the program was never placed has run no action. */
async function readActions(remote: Remote): Promise<readonly ActionRecord[]> {
  const { code, stdout, stderr } = await remote.exec([ACTION, '--history'], {
    ...{ anyExit: true, timeoutMs: MAX_MS, label: 'action.sh --history' },
  });
  if (NOT_THERE.includes(code)) return [];
  if (code !== 0) throw new Error(`action.sh --history ended with exit code ${code}: ${stderr.trim()}`);
  return documents(stdout, parseActionRecord);
}

export async function readDrills(remote: Remote, directory: string): Promise<readonly DrillRecord[]> {
  const { stdout } = await remote.script(DRILLS, { directory }, { timeoutMs: MAX_MS, label: 'records of drills' });
  return documents(stdout, parseDrillRecord);
}

function documents<T>(text: string, parse: (line: string) => T | undefined): readonly T[] {
  return text.split('\n').flatMap((line) => parse(line) ?? []);
}
