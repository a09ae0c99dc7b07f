/**
 * kingbase:KwdbCertificates: certificates and keys of one node, where its server looks for them. Checked before anything is sent, never over a file that is
 * not ours unless that is declared, and proved by what the server shows afterwards. Values travel over standard input only.
 */
import { formatFinding, KingbaseError, type Finding } from '../../core/finding';
import { judgeAuthorities, judgePair, PLACED_MODES, type KwdbKeyPair } from '../../core/kwdb/placedCertificates';
import { KWDB_UNIT } from '../../core/kwdb/render/paths';
import type { KwdbTarget } from '../../core/kwdb/target';
import { systemClock } from '../clock';
import { fingerprintsOf, readPair, type Bearer } from '../kwdb/readCertificates';
import { applyFiles, observeFiles, type Drift, type NodeFiles } from '../nodeFiles';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote, Remote } from '../remote';
import { UNKNOWN } from '../unknown';
import { warn } from '../warn';
import { inputsDiffer, observeHost, onHost, type Observed } from './support';
import type { Handler } from './types';

export interface KwdbCertificatesInputs {
  readonly connection: Connection;
  readonly target: KwdbTarget;
  /** Address or name that the others reach the node by. */
  readonly host: string;
  /** Also over a file that is not ours, and without an authority that was there. */
  readonly replace: boolean;
  readonly reload: 'signal' | 'restart' | 'none';
  /** What is wrong with the shape of what was given; nothing is placed then. */
  readonly problems: readonly string[];
  /** Secret: PEM texts by the name of their file. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** same: what the server shows. other, waiting: what it showed before, until it is told. */
export type ShownCertificate = 'same' | 'other' | 'waiting' | 'stopped' | 'unread';

export interface KwdbCertificatesOutputs extends KwdbCertificatesInputs {
  readonly observed?: Observed<{ readonly drift: Drift; readonly shown: ShownCertificate }>;
}

const INPUTS = ['connection', 'target', 'host', 'replace', 'reload', 'secrets'] as const;
/** Until the server shows the new one: it reads a handful of files; a restart recovers first. */
const SECONDS = { signal: 30, restart: 300, none: 1 } as const;

export function kwdbCertificatesHandler(
  open: OpenRemote,
  clock: Pick<typeof systemClock, 'now'> = systemClock,
): Handler<KwdbCertificatesInputs, KwdbCertificatesOutputs> {
  // What lies there already is not judged again: one that ended since must not stand in the way of a restore.
  const judgeNew = (inputs: KwdbCertificatesInputs, olds: Partial<KwdbCertificatesInputs> | undefined) =>
    isPlaced(olds) && !inputsDiffer(olds, inputs, ['secrets', 'host']) ? [] : judge(inputs, olds, clock.now());
  const place = async (inputs: KwdbCertificatesInputs, olds?: KwdbCertificatesInputs) => {
    const [shape, findings] = [inputs.problems, judgeNew(inputs, olds)];
    if (shape.length > 0) throw new Error(shape.join('\n'));
    if (findings.length > 0) throw new KingbaseError(findings);
    return { ...inputs, observed: await onHost(open, inputs.connection, (remote) => write(remote, inputs, olds)) };
  };
  return {
    check: async (olds, news) => {
      if (Array.isArray(news.problems) && news.problems.length > 0) {
        return { inputs: news, failures: news.problems.map((reason) => ({ property: 'secrets', reason })) };
      }
      const findings = isKnown(news.secrets) ? judgeNew(news, olds) : [];
      return { inputs: news, failures: findings.map((one) => ({ property: 'secrets', reason: formatFinding(one) })) };
    },
    diff: async (_id, olds, news) => {
      if (olds.connection.host !== news.connection.host) return { changes: true, replaces: ['connection'] };
      const { observed } = olds;
      const isOff =
        observed?.reachable === true &&
        (Object.keys(observed.drift).length > 0 ||
          (news.reload !== 'none' && ['other', 'waiting'].includes(observed.shown)));
      return { changes: isOff || inputsDiffer<KwdbCertificatesInputs>(olds, news, INPUTS) };
    },
    create: async (inputs) => ({ id: inputs.connection.host, outs: await place(inputs) }),
    read: async (id, props) => ({
      id,
      props: { ...props, observed: await observeHost(open, props.connection, (remote) => look(remote, props)) },
    }),
    update: async (_id, olds, news) => ({ outs: await place(news, olds) }),
    delete: async (_id, { target }) => {
      warn(
        target.name,
        `its certificates and keys stay in ${target.certificates ?? ''}: without them its server would not start again`,
      );
    },
  };
}

function isPlaced(olds: Partial<KwdbCertificatesInputs> | undefined): olds is KwdbCertificatesInputs {
  return olds?.secrets !== undefined;
}

/** A preview may not know them yet. */
function isKnown(secrets: unknown): boolean {
  return typeof secrets === 'object' && secrets !== null && !Object.values(secrets).includes(UNKNOWN);
}

function judge(
  inputs: KwdbCertificatesInputs,
  olds: Partial<KwdbCertificatesInputs> | undefined,
  nowMs: number,
): readonly Finding[] {
  const { secrets, target, host, replace } = inputs;
  const ca = secrets['ca.crt'] ?? '';
  const pair = (bearer: Bearer, path: string): readonly Finding[] => {
    const found = pairOf(secrets, bearer.user === 'node' ? 'node' : 'client.root');
    return found === undefined ? [] : judgePair(readPair(ca, found, bearer), { ...bearer, path, nowMs });
  };
  const [before, after] = [fingerprintsOf(olds?.secrets?.['ca.crt'] ?? ''), fingerprintsOf(ca)];
  return [
    ...pair({ user: 'node', host }, `certificates.nodes.${target.name}`),
    ...pair({ user: 'root' }, 'certificates.client'),
    ...(replace || after.length === 0 ? [] : judgeAuthorities(before, after, 'certificates.ca')),
  ];
}

function pairOf(secrets: KwdbCertificatesInputs['secrets'], stem: string): KwdbKeyPair | undefined {
  const [certificate, key] = [secrets[`${stem}.crt`], secrets[`${stem}.key`]];
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

function filesOf({ target, secrets }: KwdbCertificatesInputs, owner: string): NodeFiles {
  const named = Object.entries(secrets).map(([name, text]) => {
    const mode = PLACED_MODES[name] ?? '0600';
    return [
      `${target.certificates ?? ''}/${name}`,
      { text: text.endsWith('\n') ? text : `${text}\n`, mode, owner },
    ] as const;
  });
  return Object.fromEntries(named);
}

async function write(
  remote: Remote,
  inputs: KwdbCertificatesInputs,
  olds: KwdbCertificatesInputs | undefined,
): Promise<KwdbCertificatesOutputs['observed']> {
  const owner = (await act(remote, inputs, 'owner')).trim();
  const files = filesOf(inputs, owner);
  const drift = await observeFiles(remote, inputs.target, files);
  const changed = Object.keys(drift).filter((path) => drift[path] === 'content');
  const foreign = await notOurs(remote, inputs, changed, olds && filesOf(olds, owner));
  if (foreign.length > 0 && !inputs.replace)
    throw new KingbaseError(foreign.map((path) => other(inputs.target.name, path)));
  if (changed.length > 0) await act(remote, inputs, 'keep', { PATHS: changed.map(encode).join('\n') });
  if (Object.values(drift).some((one) => one === 'content' || one === 'missing')) await act(remote, inputs, 'mark');
  await applyFiles(remote, inputs.target, files);
  return { reachable: true, drift: {}, shown: await effect(remote, inputs, inputs.reload) };
}

/** Those of these paths that hold something else than what was placed the last time. */
async function notOurs(
  remote: Remote,
  { target }: KwdbCertificatesInputs,
  paths: readonly string[],
  before: NodeFiles | undefined,
): Promise<readonly string[]> {
  const known = Object.entries(before ?? {}).filter(([path]) => paths.includes(path));
  const edited = await observeFiles(remote, target, Object.fromEntries(known));
  return paths.filter((path) => before?.[path] === undefined || edited[path] === 'content');
}

function other(node: string, path: string): Finding {
  return {
    code: 'kwdb/other-certificate',
    path: `${node}: ${path}`,
    message: 'is there, and is neither what is declared nor what was placed by us; nothing was changed',
    hint: 'Whose is it? To replace it, and keep a copy for root below the state directory of the node: service.replaceCertificates: true.',
  };
}

async function look(
  remote: Remote,
  props: KwdbCertificatesOutputs,
): Promise<{ drift: Drift; shown: ShownCertificate }> {
  const owner = (await act(remote, props, 'group')).trim();
  const drift = await observeFiles(remote, props.target, filesOf(props, owner));
  return { drift, shown: await effect(remote, props, 'look') };
}

async function effect(
  remote: Remote,
  inputs: KwdbCertificatesInputs,
  reload: KwdbCertificatesInputs['reload'] | 'look',
): Promise<ShownCertificate> {
  const wanted = fingerprintsOf(inputs.secrets['node.crt'] ?? '')[0] ?? '';
  const seconds = reload === 'look' ? 1 : SECONDS[reload];
  const said = await act(remote, inputs, 'effect', {
    KW_RELOAD: reload,
    KW_WANTED: wanted,
    KW_SECONDS: String(seconds),
  });
  return said.trim() as ShownCertificate;
}

async function act(
  remote: Remote,
  { target }: KwdbCertificatesInputs,
  what: 'group' | 'owner' | 'keep' | 'mark' | 'effect',
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = {
    ...{ ACT: what, PATHS: '', KW_RELOAD: '', KW_WANTED: '', KW_SECONDS: '', KW_UNIT: KWDB_UNIT },
    ...{
      KW_USER: target.user,
      KW_STATE: target.state,
      KW_CERTIFICATES: target.certificates ?? '',
      KW_ADDRESS: target.address,
    },
    ...more,
  };
  const label = `${target.name}: certificates, ${what}`;
  return (await remote.script(nodeScript('kwdbCertificates.sh'), env, { label, timeoutMs: 900_000 })).stdout;
}

const encode = (path: string): string => Buffer.from(path).toString('base64');
