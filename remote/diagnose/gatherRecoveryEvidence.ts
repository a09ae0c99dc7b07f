/**
 * Asks every node of a cluster what a diagnosis of it needs, all at once and read-only: one script for each, which works with the database down too;
 * where histories have to be compared, a second one. A node that gives no answer is evidence too, never an exception.
 */
import { KingbaseError } from '../../core/finding';
import { parseObservation } from '../../core/observe/parseObservation';
import type { NodeObservation } from '../../core/observe/types';
import { printKey, spanKey } from '../../core/recovery/compare';
import { questionsOf } from '../../core/recovery/diagnoseCluster';
import { parseBranchAnswers, parseRecoveryFacts } from '../../core/recovery/parseFacts';
import type {
  BranchAnswers,
  BranchQuestions,
  RecoveryEvidence,
  RecoveryNode,
  RecoveryTarget,
} from '../../core/recovery/types';
import { nodeEnv } from '../../core/topology/nodeEnv';
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { onHost } from '../handlers/support';
import { nodeScript } from '../nodeScripts';
import { readAnswer } from '../observe/readAnswer';
import type { ClusterNode } from '../observe/observeNode';
import type { OpenRemote } from '../remote';

const LOOK_MS = 90_000;
const BRANCH_MS = 120_000;

/** `at`: now, milliseconds since 1970. */
export async function gatherRecoveryEvidence(
  cluster: string,
  nodes: readonly ClusterNode[],
  open: OpenRemote,
  at: number,
): Promise<RecoveryEvidence> {
  const first = { cluster, at, nodes: await Promise.all(nodes.map((node) => look(node, open))) };
  const questions = questionsOf(first);
  const all = first.nodes.map(async (node, index) => {
    const asked = questions.get(node.target.name);
    const answers = asked === undefined ? undefined : await ask(nodes[index] as ClusterNode, asked, open);
    return answers === undefined ? node : { ...node, answers };
  });
  return { ...first, nodes: await Promise.all(all) };
}

async function look(node: ClusterNode, open: OpenRemote): Promise<RecoveryNode> {
  const target = targetOf(node.target);
  try {
    const { stdout, stderr } = await onHost(open, node.connection, (remote) =>
      remote.script(
        nodeScript('layout.sh', 'node.sh', 'json.sh', 'recoveryFacts.sh', 'observe.sh'),
        { ...nodeEnv(node.target), KB_PROBE: 'full' },
        { timeoutMs: LOOK_MS, label: `diagnose ${target.name}`, anyExit: true, as: userOf(node) },
      ),
    );
    const lines = stdout.split('\n');
    const facts = lines.find((line) => line.startsWith('{"recovery":1,'));
    return {
      target,
      observation: observationOf(target.name, lines, stderr),
      facts: facts === undefined ? undefined : readAnswer(target.name, () => parseRecoveryFacts(facts)),
      ...(facts === undefined ? { factsReason: lastLine(stderr) } : {}),
    };
  } catch (error) {
    const observation = { reachable: false as const, name: target.name, reason: reasonOf(error) };
    return { target, observation, facts: undefined };
  }
}

function observationOf(name: string, lines: readonly string[], stderr: string): NodeObservation {
  const line = lines.find((each) => each.startsWith('{"format":1,'));
  return line === undefined
    ? { reachable: false, name, reason: `its host answers, what it said cannot be used: ${lastLine(stderr)}` }
    : readAnswer(name, () => parseObservation(name, line));
}

/** undefined: it gave no answer; that is no evidence for anything. */
async function ask(
  node: ClusterNode,
  { prints, spans }: BranchQuestions,
  open: OpenRemote,
): Promise<BranchAnswers | undefined> {
  const env = {
    ...nodeEnv(node.target),
    KB_PRINTS: prints.map((each) => [printKey(each), each.lsn, each.segmentBytes, ...each.files].join(' ')).join('\n'),
    KB_SPANS: spans.map((each) => [spanKey(each), each.timeline, each.from, each.to ?? '-'].join(' ')).join('\n'),
  };
  try {
    const text = nodeScript('layout.sh', 'node.sh', 'json.sh', 'branchFacts.sh');
    const label = `compare the WAL of ${node.target.name}`;
    const { stdout } = await onHost(open, node.connection, (remote) =>
      remote.script(text, env, { timeoutMs: BRANCH_MS, label, as: userOf(node) }),
    );
    return readAnswer(node.target.name, () => parseBranchAnswers(stdout));
  } catch (error) {
    if (error instanceof KingbaseError) return undefined;
    throw error;
  }
}

/** Who logs in as the owner of the database needs no sudo for this. */
function userOf({ connection, target }: ClusterNode): string {
  return connection.user === target.osUser ? target.osUser : 'root';
}

function targetOf(target: NodeTarget): RecoveryTarget {
  const { name, id, host, role, data, bin, repmgrConf, osUser, databasePort, virtualIp } = target;
  return {
    name,
    id,
    host,
    role,
    data,
    bin,
    repmgrConf,
    osUser,
    databasePort,
    ...(virtualIp === undefined ? {} : { virtualIp }),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof KingbaseError)) throw error;
  return error.findings[0]?.message.split('\n')[0] ?? error.message;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
