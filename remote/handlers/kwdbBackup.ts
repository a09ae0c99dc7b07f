/** kingbase:KwdbBackup: the key for the second machine, and what the node shows of its backups. Looking changes nothing, and what was seen is never a change. */
import { reportBackups, type KwdbBackupReport } from '../../core/kwdb/backupReport';
import type { KwdbTarget } from '../../core/kwdb/target';
import { runMoment, type RunOnDisk } from '../../core/kwdb/retention';
import { nodeScript } from '../nodeScripts';
import type { Connection, OpenRemote, Remote } from '../remote';
import { inputsDiffer, observeHost, onHost, type Observed } from './support';
import type { Handler } from './types';

export interface KwdbBackupPlan {
  /** Directory of the runs, absolute. */
  readonly root: string;
  readonly timer: string;
  /** undefined: runs are never read again. */
  readonly verifyTimer?: string;
  /** Where the key for the second machine lies; undefined: none is declared. */
  readonly identity?: string;
  /** Whether any place off the machine is declared. */
  readonly wantsCopy: boolean;
  readonly longestGapSeconds: number;
  readonly verifyGapSeconds: number;
  readonly keepDays: number;
  readonly databases: readonly string[];
}

export interface KwdbBackupInputs {
  readonly connection: Connection;
  readonly target: KwdbTarget;
  readonly backup: KwdbBackupPlan;
}

export interface KwdbBackupOutputs extends KwdbBackupInputs {
  /** For authorized_keys of the second machine. */
  readonly publicKey?: string;
  readonly observed?: Observed<{ readonly report: KwdbBackupReport }>;
}

export function kwdbBackupHandler(open: OpenRemote): Handler<KwdbBackupInputs, KwdbBackupOutputs> {
  const prepare = async (inputs: KwdbBackupInputs): Promise<KwdbBackupOutputs> => {
    const { connection, target, backup } = inputs;
    const { identity } = backup;
    const publicKey =
      identity === undefined
        ? undefined
        : await onHost(open, connection, (remote) => makeIdentity(remote, target, identity));
    return { ...inputs, ...(publicKey === undefined ? {} : { publicKey }), observed: await look(open, inputs) };
  };
  return {
    diff: async (_id, olds, news) =>
      olds.connection.host === news.connection.host
        ? { changes: inputsDiffer<KwdbBackupInputs>(olds, news, ['connection', 'target', 'backup']) }
        : { changes: true, replaces: ['connection'] },
    create: async (inputs) => ({ id: inputs.connection.host, outs: await prepare(inputs) }),
    read: async (id, props) => ({ id, props: { ...props, observed: await look(open, props) } }),
    update: async (_id, _olds, news) => ({ outs: await prepare(news) }),
    // Runs and key stay: they are what a restore will need.
    delete: async () => undefined,
  };
}

async function makeIdentity(remote: Remote, target: KwdbTarget, identity: string): Promise<string> {
  const env = { KW_IDENTITY: identity, KW_COMMENT: `pulumi-kwdb-${target.cluster}-${target.name}` };
  const { stdout } = await remote.script(nodeScript('kwdbIdentity.sh'), env, {
    label: `${target.name}: key for the second machine`,
  });
  return stdout.trim();
}

function look(
  open: OpenRemote,
  { connection, target, backup }: KwdbBackupInputs,
): Promise<Observed<{ readonly report: KwdbBackupReport }>> {
  return observeHost(open, connection, async (remote) => {
    const env = {
      KW_ROOT: backup.root,
      KW_STATE: target.state,
      KW_TIMER: backup.timer,
      KW_VERIFY_TIMER: backup.verifyTimer ?? '',
    };
    const { stdout } = await remote.script(nodeScript('kwdbBackups.sh'), env, {
      label: `${target.name}: look at the backups`,
    });
    const lines = stdout.split('\n').map((line) => line.split('\t'));
    const runs = lines.flatMap(([what, name = '', verdict = '']): readonly RunOnDisk[] =>
      what === 'run' ? [{ name, verdict: verdict as RunOnDisk['verdict'] }] : [],
    );
    const newest = runs
      .map(({ name }) => name)
      .filter((name) => runMoment(name) !== undefined)
      .sort()
      .at(-1);
    const manifest = newest === undefined ? undefined : await remote.get(`${backup.root}/${newest}/manifest.json`);
    const noted = (wanted: string): string | undefined => lines.find(([what]) => what === wanted)?.[1];
    const [last, verified] = [noted('last'), noted('verified')];
    const report = reportBackups({
      runs,
      ...(manifest === undefined ? {} : { newest: manifest.toString('utf8') }),
      ...(last === undefined ? {} : { last }),
      ...(verified === undefined ? {} : { verified }),
      timerActive: noted('timer') === 'active',
      verifyTimerActive: noted('verifyTimer') === 'active',
      wantsCopy: backup.wantsCopy,
    });
    return { report };
  });
}
