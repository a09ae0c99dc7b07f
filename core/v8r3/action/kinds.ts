/** What a stack of V8R3 may ask for under `kingbase:actions`. Each runs templates/v8r3/actions/<kind>.sh on one node, once for each request id. */
import { inputWords } from '../../action/checkInputs';
import type { ActionField, ActionInputs, RecordKind } from '../../action/kinds/types';
import type { Action } from '../../action/parseActions';
import { wrongNumbers } from '../../action/wrongNumbers';
import type { Finding } from '../../finding';
import { V8R3_ACTION } from '../render/actionFiles';
import type { V8r3NodeSpec, V8r3Spec } from '../spec/types';

export interface V8r3ActionKind extends RecordKind {
  /** For the preview: what will happen, and what will not. */
  readonly describe: (node: string, inputs: ActionInputs) => string;
}

const RUNS_ON: ActionField = { type: 'string', help: 'the node that it runs on; default: the first pool' };
const NODES: ActionField = { type: 'string', help: 'nodes it is about, separated by commas; default: all' };
const none = (): readonly Finding[] => [];

const recoverNode: V8r3ActionKind = {
  kind: 'recoverNode',
  summary: 'Brings a node back as a standby by network_rewind.sh, and looks at what that leaves unlooked at',
  fields: {
    node: { type: 'string', required: true, help: 'the node that is brought back; it runs there' },
    stopFormerPrimary: {
      type: 'boolean',
      help: 'stops its database where that runs and accepts writes beside the primary; default: refused',
    },
    acceptRewind: {
      type: 'boolean',
      help: 'takes a sys_rewind for good whose words are not known; one that reports an error never; default: false',
    },
    maxSeconds: { type: 'number', help: 'longest time for rewind and start, 60 to 86400; default: 3600' },
  },
  check: (inputs, path) => wrongNumbers(inputs, { maxSeconds: [60, 86_400] }, path),
  // What a record that stops a second primary discards, nobody else has; its WAL is kept.
  destructive: ({ stopFormerPrimary }) => stopFormerPrimary === true,
  describe: (node, { stopFormerPrimary }) =>
    [
      `on ${node}: looks who leads, pauses cron there, keeps control data, WAL and logs`,
      ...(stopFormerPrimary === true ? ['STOPS its database where it accepts writes'] : []),
      'copies recovery.done to recovery.conf where it was the primary (AUTO_PRIMARY_RECOVERY aside)',
      'runs network_rewind.sh once; a failed rewind is stopped and left stopped',
      'WHAT ONLY THIS NODE WROTE AFTER THE FAILOVER IS DISCARDED',
      'proves streaming, slot, synchronous and that the pool has it up; the other nodes go on',
    ].join('; '),
};

const stopAutomation: V8r3ActionKind = {
  kind: 'stopAutomation',
  summary: 'Pauses network_rewind.sh and restartcluster.sh (a # in KINGBASECRON), and waits for those at work',
  fields: { node: RUNS_ON, nodes: NODES },
  check: none,
  destructive: false,
  describe: (_node, { nodes }) =>
    `pauses the automation on ${onNodes(nodes)}; databases and pools go on and fail over; no node is recovered and no pool started meanwhile`,
};

const startAutomation: V8r3ActionKind = {
  kind: 'startAutomation',
  summary: 'Lets network_rewind.sh and restartcluster.sh run again, where a gateway answers',
  fields: { node: RUNS_ON, nodes: NODES },
  check: none,
  destructive: false,
  describe: (_node, { nodes }) =>
    `lets the automation run again on ${onNodes(nodes)}, after it is proved that a gateway answers there; a database that is down there and has a recovery.conf is recovered within a minute`,
};

const restartAll: V8r3ActionKind = {
  kind: 'restartAll',
  summary: 'Starts a cluster whose databases are all down, as after both gateways were lost',
  fields: {
    node: RUNS_ON,
    primary: { type: 'string', help: 'the node that is to lead; default: the only one without recovery.conf' },
    lossAccepted: {
      type: 'boolean',
      help: 'starts it although another one holds more, which is then lost to the cluster; default: refused',
    },
  },
  check: none,
  destructive: ({ lossAccepted }) => lossAccepted === true,
  describe: (_node, { primary, lossAccepted }) =>
    [
      'proves that every database is down, every host is reached and a gateway answers there',
      `starts ${primary === undefined ? 'the one that was primary' : `${String(primary)} as primary`}, its virtual IP, the standbys, the pools, the automation`,
      lossAccepted === true ? 'WHAT ONLY A NEWER NODE HAS IS LOST' : 'nothing is lost, or nothing is started',
    ].join('; '),
};

export const V8R3_ACTION_KINDS: readonly V8r3ActionKind[] = [recoverNode, stopAutomation, startAutomation, restartAll];

/** Throws for a kind that parseActions would have refused. */
export function v8r3Kind(name: string): V8r3ActionKind {
  const kind = V8R3_ACTION_KINDS.find((one) => one.kind === name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}

/** Where it runs. */
export function v8r3ActionNode(spec: V8r3Spec, { kind, inputs }: Action): V8r3NodeSpec | Finding {
  const wanted = inputs['node'] ?? spec.pools[0];
  return (
    spec.nodes.find(({ name }) => name === wanted) ?? {
      code: 'actions/no-node',
      path: `kingbase:actions: ${kind}.node`,
      message: `there is no node ${JSON.stringify(wanted)}`,
      hint: `Nodes: ${spec.nodes.map(({ name }) => name).join(', ')}.`,
    }
  );
}

/** Other nodes that it names, and that there are not. */
export function unknownNodes({ nodes }: V8r3Spec, { kind, inputs }: Action): readonly Finding[] {
  const names = nodes.map(({ name }) => name);
  return (['nodes', 'primary'] as const).flatMap((field) =>
    String(inputs[field] ?? '')
      .split(',')
      .filter((name) => name !== '' && !names.includes(name))
      .map((name) => ({
        code: 'actions/no-node',
        path: `kingbase:actions: ${kind}.${field}`,
        message: `there is no node ${JSON.stringify(name)}`,
        hint: `Nodes: ${names.join(', ')}.`,
      })),
  );
}

export function v8r3ActionWords({ requestId, kind, inputs, confirm }: Action): readonly string[] {
  const confirmed = confirm === undefined ? inputs : { ...inputs, confirm };
  return [V8R3_ACTION, '--follow', requestId, kind, ...inputWords(confirmed)];
}

function onNodes(nodes: ActionInputs[string] | undefined): string {
  return nodes === undefined ? 'every node' : String(nodes);
}
