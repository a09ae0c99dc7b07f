/** kingbase:KwdbWal: the level of the write-ahead log and the interval of its checkpoints, set by SET and proved in the engine of every node. */
import { formatFinding, formatFindings, KingbaseError, type Finding } from '../../core/finding';
import {
  DEFAULT_INTERVAL_SECONDS,
  DEFAULT_LEVEL,
  refuseLowering,
  type Waiver,
  type WalLevel,
} from '../../core/kwdb/levels';
import { findLevelDrift, parseNodeLevel, type DeclaredWal, type NodeLevel } from '../../core/kwdb/levelDrift';
import { judgeCertificates, type CertificateFile } from '../../core/kwdb/certificates';
import { judgeWalFiles, type WalFile } from '../../core/kwdb/walFiles';
import {
  ENGINE_LEVEL,
  INTERVAL_SETTING,
  LEVEL_SETTING,
  setInterval as setCheckpoints,
  setLevel,
  showSetting,
} from '../../core/kwdb/statements';
import type { KwdbTarget } from '../../core/kwdb/target';
import { runSql } from '../kwdb/sql';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote, Remote } from '../remote';
import { isGone, isOtherMachine } from '../remoteError';
import { warn } from '../warn';
import { inputsDiffer, onHost, reasonOf } from './support';
import type { Handler } from './types';

export interface KwdbHost {
  readonly connection: Connection;
  readonly target: KwdbTarget;
}

export interface KwdbWalInputs {
  readonly cluster: string;
  readonly nodes: readonly KwdbHost[];
  readonly level: WalLevel;
  readonly checkpointSeconds: number;
  readonly waiver?: Waiver;
}

export interface KwdbWalObservation {
  readonly nodes: Readonly<Record<string, NodeLevel>>;
  /** Declared, persisted and engine that do not agree. */
  readonly drift: readonly string[];
  /** A checkpoint that never ended, a file of the log that is gone, a crash whose log was not kept. */
  readonly findings: readonly string[];
  /** A certificate that ends, a key that is open. Absent in a state of an older version. */
  readonly certificates?: readonly string[];
}

export interface KwdbWalOutputs extends KwdbWalInputs {
  readonly observed?: KwdbWalObservation;
}

const LOOKS: readonly string[] = [showSetting(LEVEL_SETTING), ENGINE_LEVEL, showSetting(INTERVAL_SETTING)];
const ASSERT_MS = 30_000;
const LOOK_MS = 500;

export function kwdbWalHandler(
  open: OpenRemote,
  pause: (ms: number) => Promise<void> = sleep,
): Handler<KwdbWalInputs, KwdbWalOutputs> {
  const set = async (inputs: KwdbWalInputs): Promise<KwdbWalOutputs> => {
    await assertWal(open, inputs, pause);
    return { ...inputs, observed: await observe(open, inputs) };
  };
  return {
    check: async (olds, news) => {
      const reason = olds?.level === undefined ? undefined : refuseLowering(olds.level, news.level, news.waiver);
      const failures =
        reason === undefined
          ? []
          : [
              {
                property: 'level',
                reason: `${reason}. Give waiver with owner, reason and until, or keep ${olds.level}`,
              },
            ];
      return { inputs: news, failures };
    },
    diff: async (_id, olds, news) => ({
      changes:
        inputsDiffer<KwdbWalInputs>(olds, news, ['cluster', 'nodes', 'level', 'checkpointSeconds', 'waiver']) ||
        (olds.observed?.drift.length ?? 0) > 0,
    }),
    create: async (inputs) => ({ id: inputs.cluster, outs: await set(inputs) }),
    read: async (id, props) => ({ id, props: { ...props, observed: await observe(open, props) } }),
    update: async (_id, _olds, news) => ({ outs: await set(news) }),
    delete: async (_id, props) => {
      // Not RESET, and not DEFAULT: those change what SHOW prints and leave the engine as it is (facts 0.3).
      const defaults = { ...props, level: DEFAULT_LEVEL, checkpointSeconds: DEFAULT_INTERVAL_SECONDS };
      try {
        await assertWal(open, { ...defaults, nodes: await reached(open, props.nodes) }, pause);
      } catch (error) {
        if (!isGone(error) && !isOtherMachine(error)) throw error;
        warn(props.cluster, `no node was reached, its level stays as it is: ${reasonOf(error)}`);
      }
    },
  };
}

async function assertWal(open: OpenRemote, inputs: KwdbWalInputs, pause: (ms: number) => Promise<void>): Promise<void> {
  const [first] = inputs.nodes;
  if (first === undefined) return;
  const set = (statement: string): Promise<string> =>
    onHost(open, first.connection, (remote) => runSql(remote, first.target, [statement]));
  // One after the other, and each by itself: the server refuses them inside a transaction.
  await set(setLevel(inputs.level));
  await set(setCheckpoints(inputs.checkpointSeconds));
  for (let waited = 0; ; waited += LOOK_MS) {
    const nodes = await observeLevels(open, inputs.nodes);
    const drift = findLevelDrift(inputs, nodes);
    const silent = Object.entries(nodes).flatMap(([name, seen]) => (seen.reachable ? [] : [`${name}: ${seen.reason}`]));
    if (drift.length === 0 && silent.length === 0) return;
    if (waited >= ASSERT_MS || silent.length > 0) throw notInEffect(inputs, drift, silent);
    await pause(LOOK_MS);
  }
}

function notInEffect(
  { level }: DeclaredWal,
  drift: ReturnType<typeof findLevelDrift>,
  silent: readonly string[],
): KingbaseError {
  const unread = silent.map((reason) => ({
    code: 'kwdb/node-unread',
    path: reason.split(':')[0],
    message: `its engine could not be asked: ${reason}`,
    hint: 'A level that was not seen counts as not set. Bring the node back, then run again.',
  }));
  return new KingbaseError([
    ...drift.map((one) => ({
      ...one,
      hint: `The statement succeeded all the same: see TsEngine.log for "Failed to CreateCheckpoint while UpdateSetting". Level ${level} is not in effect there.`,
    })),
    ...unread,
  ]);
}

async function observe(open: OpenRemote, inputs: KwdbWalInputs): Promise<KwdbWalObservation> {
  const nodes = await observeLevels(open, inputs.nodes);
  const drift = findLevelDrift(inputs, nodes).map((finding) => formatFinding({ ...finding, hint: undefined }));
  const seen = await Promise.all(inputs.nodes.map((host) => observeFiles(open, host, inputs.checkpointSeconds)));
  return {
    ...{ nodes, drift },
    findings: seen.flatMap(({ findings }) => findings),
    certificates: seen.flatMap(({ certificates }) => certificates),
  };
}

async function observeLevels(
  open: OpenRemote,
  hosts: readonly KwdbHost[],
): Promise<Readonly<Record<string, NodeLevel>>> {
  const seen = await Promise.all(
    hosts.map(async ({ connection, target }): Promise<readonly [string, NodeLevel]> => {
      try {
        return [target.name, parseNodeLevel(await onHost(open, connection, (remote) => runSql(remote, target, LOOKS)))];
      } catch (error) {
        return [target.name, { reachable: false, reason: reasonOf(error) }];
      }
    }),
  );
  return Object.fromEntries(seen);
}

async function observeFiles(
  open: OpenRemote,
  { connection, target }: KwdbHost,
  checkpointSeconds: number,
): Promise<Required<Pick<KwdbWalObservation, 'findings' | 'certificates'>>> {
  try {
    const text = await onHost(open, connection, (remote) => readNode(remote, target));
    const lines = text.split('\n').map((line) => line.split('\t'));
    const files = lines.flatMap(([what, path = '', bytes = '', age = '']): readonly WalFile[] =>
      what === 'wal' ? [{ path, bytes: Number(bytes), ageSeconds: Number(age) }] : [],
    );
    const lost = lines.some(([what, note = '']) => what === 'crash' && note.includes('"wal":null'));
    const crash = lost
      ? [`${target.name}: it was started after a crash, and its log could not be kept before: see its journal for why`]
      : [];
    const { certificates } = target;
    const told = (judged: readonly Finding[]): readonly string[] =>
      judged.map((one) => `${target.name}: ${formatFindings([{ ...one, hint: undefined }])}`);
    return {
      findings: [...told(judgeWalFiles(files, checkpointSeconds)), ...crash],
      certificates: certificates === undefined ? [] : told(judgeCertificates(certificates, certificatesIn(lines))),
    };
  } catch {
    // Whether it is reachable, its level says already.
    return { findings: [], certificates: [] };
  }
}

function certificatesIn(lines: readonly (readonly string[])[]): readonly CertificateFile[] {
  return lines.flatMap(([what, name = '', value = '']): readonly CertificateFile[] => {
    if (what === 'key') return [{ name, mode: value }];
    return what === 'cert' ? [{ name, secondsLeft: value === 'unread' ? null : Number(value) }] : [];
  });
}

async function readNode(remote: Remote, target: KwdbTarget): Promise<string> {
  const env = { KW_STORE: target.store, KW_STATE: target.state, KW_CERTIFICATES: target.certificates ?? '' };
  return (
    await remote.script(nodeScript('kwdbNode.sh'), env, { label: `${target.name}: look at the log`, timeoutMs: 60_000 })
  ).stdout;
}

/** Those that can be asked; where none can, the reason of the first. */
async function reached(open: OpenRemote, hosts: readonly KwdbHost[]): Promise<readonly KwdbHost[]> {
  const errors: unknown[] = [];
  const found: KwdbHost[] = [];
  for (const host of hosts) {
    try {
      await onHost(open, host.connection, (remote) => remote.exec(['true'], { label: 'reach the host' }));
      found.push(host);
    } catch (error) {
      errors.push(error);
      warn(host.target.name, `not reached, it keeps its level: ${reasonOf(error)}`);
    }
  }
  if (found.length === 0 && errors.length > 0) throw errors[0];
  return found;
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
