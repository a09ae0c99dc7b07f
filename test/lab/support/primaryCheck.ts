// The health check as a load balancer sees it: over the network from the gateway, or on a node that is cut off from everybody.
import { request } from 'node:http';
import type { Lab } from '../../../lab/lab';
import { scriptInNode } from '../../../lab/machines/exec';

export const CHECK_PORT = 8008;
const TIMEOUT_MS = 6000;

export interface Answer {
  readonly status: number;
  /** `yes TIMELINE` or `no REASON`; why there was no answer. */
  readonly said: string;
}

export function askOverNetwork(host: string): Promise<Answer> {
  return new Promise((resolve) => {
    const silent = (said: string): void => resolve({ status: 0, said });
    const call = request({ host, port: CHECK_PORT, timeout: TIMEOUT_MS, agent: false }, (answer) => {
      let said = '';
      answer.on('data', (part: Buffer) => (said += part.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, said: said.trim() }));
      answer.on('error', (error) => silent(error.message));
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', (error) => silent(error.message));
    call.end();
  });
}

/** On the node itself: also while no packet leaves it. */
export async function askOnNode(lab: Lab, node: string): Promise<Answer> {
  const host = lab.node(node).info().host;
  const ask = `exec 3<>/dev/tcp/${host}/${CHECK_PORT}; printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3; timeout 8 cat <&3`;
  const { stdout } = await scriptInNode(lab.name, node, ask, { label: 'ask the health check' });
  const [head = '', body = ''] = stdout.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), said: body.trim() };
}

export function databaseNodes(lab: Lab): readonly string[] {
  return lab
    .nodes()
    .filter((node) => node.info().role === 'database')
    .map((node) => node.name);
}

/** Name of each node that answers 200, asked at once over the network. */
export async function announced(lab: Lab): Promise<readonly string[]> {
  const names = databaseNodes(lab);
  const answers = await Promise.all(names.map((name) => askOverNetwork(lab.node(name).info().host)));
  return names.filter((_, index) => answers[index]?.status === 200);
}

export interface CheckWatch {
  /** Every round in which somebody was announced, in order: who. */
  rounds(): readonly (readonly string[])[];
  stop(): Promise<void>;
}

/** Asks all nodes again and again. `local`: nodes asked on themselves as well, because no packet reaches them. */
export function watchCheck(lab: Lab, local: () => readonly string[] = () => []): CheckWatch {
  const seen: (readonly string[])[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const cutOff = local();
      const alone = await Promise.all(
        cutOff.map((name) => askOnNode(lab, name).catch(() => ({ status: 0, said: '' }))),
      );
      const here = cutOff.filter((_, index) => alone[index]?.status === 200);
      seen.push([...new Set([...(await announced(lab)), ...here])]);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  return {
    rounds: () => seen,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
