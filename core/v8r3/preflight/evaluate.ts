/** Evidence of every host → results, and what compares the two pools. Pure. */
import { pass, warn, type Judgement } from '../../preflight/check';
import { Facts, MissingEvidence } from '../../preflight/evidence';
import type { CheckGroup, CheckResult, PreflightReport } from '../../preflight/types';
import { v8r3Checks } from './checks';
import type { V8r3PreflightRequest } from './request';

export interface V8r3Evidence {
  readonly request: V8r3PreflightRequest;
  /** What v8r3Preflight.sh printed; undefined where the host could not be asked. */
  readonly output: string | undefined;
  readonly unreachable?: { readonly code: string; readonly message: string; readonly hint: string };
}

export function evaluateV8r3(nodes: readonly V8r3Evidence[]): PreflightReport {
  const results = [...nodes.flatMap(checkNode), ...priorities(nodes)];
  return { results, passed: results.every(({ verdict }) => verdict === 'PASS' || verdict === 'WARN') };
}

function checkNode(node: V8r3Evidence): CheckResult[] {
  const facts = node.output === undefined ? undefined : Facts.parse(node.output);
  if (facts === undefined || !facts.isComplete) return [notAsked(node)];
  const { request } = node;
  return v8r3Checks.map((check) => {
    const head = { id: check.id, group: check.group, title: check.title, node: request.name };
    try {
      return { ...head, ...check.judge({ facts, request }) };
    } catch (error) {
      if (!(error instanceof MissingEvidence)) throw error;
      return {
        ...head,
        verdict: 'ERROR',
        found: `could not be read: ${error.message}`,
        wanted: 'evidence',
        hint: 'What could not be read does not pass. Repair what kept it from being read, and run it again.',
      };
    }
  });
}

function notAsked({ request, unreachable }: V8r3Evidence): CheckResult {
  const reason = unreachable ?? {
    code: 'preflight/incomplete',
    message: 'the collector stopped before its end',
    hint: 'Run it again; if it stops again, look on the host for a file system that hangs (df, mount).',
  };
  return {
    ...result('connection-failed', 'connection', 'the host can be reached and looked at'),
    node: request.name,
    verdict: 'ERROR',
    found: reason.message,
    wanted: `ssh to ${request.host}, and sudo -n there`,
    hint: reason.hint,
  };
}

/** With equal ones whichever starts first is MASTER, and runs the failover script (facts: pgpool-II 3.6, the lock). */
function priorities(nodes: readonly V8r3Evidence[]): CheckResult[] {
  const pools = nodes.flatMap(({ request: { name, watchdogPriority: priority } }) =>
    priority === undefined ? [] : [{ name, priority }],
  );
  if (pools.length < 2) return [];
  const found = pools.map(({ name, priority }) => `${name} ${priority}`).join(', ');
  const wanted = 'two different priorities';
  const judged: Judgement =
    pools[0]?.priority === pools[1]?.priority
      ? warn(
          found,
          wanted,
          'Give pool.watchdog.priorities two values: then it is known which node is MASTER and runs the failover script.',
        )
      : pass(found, wanted);
  return [
    { ...result('v8r3-priorities', 'cluster', 'the watchdogs have different priorities'), node: 'cluster', ...judged },
  ];
}

function result(id: string, group: CheckGroup, title: string): Pick<CheckResult, 'id' | 'group' | 'title'> {
  return { id, group, title };
}
