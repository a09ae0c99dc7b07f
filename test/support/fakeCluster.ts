/**
 * Nodes without machines: a Remote that answers observations with a document built from a ReachableNode, and records every step of our scripts.
 * A test says what a step changes; nothing of shell or SQL runs here (the lab does that).
 */
import type { NodeTarget } from '../../core/topology/nodeTarget';
import { FIELD_SEPARATOR } from '../../core/observe/serverRows';
import type { ReachableNode, ServerAnswers } from '../../core/observe/types';
import type { Clock } from '../../remote/clock';
import type { ClusterNode } from '../../remote/observe/observeNode';
import type { Connection, ExecOptions, ExecResult, OpenRemote, Remote } from '../../remote/remote';
import { RemoteError } from '../../remote/remoteError';
import type { BackupNodeDocument } from '../../core/observe/backup/parseBackupNode';
import { backupDocument } from './backups';
import { CLUSTER, hostOf, idOf, roleOf } from './observations';
import { targetIn } from './nodeTarget';

export type Step = (node: string, env: Readonly<Record<string, string>>) => void | number;

export class FakeCluster {
  /** `node2: clone`, `node2: apply`, in the order in which they ran. */
  readonly log: string[] = [];
  /** Variables of each script that ran, by `node: step`. */
  readonly env = new Map<string, Readonly<Record<string, string>>>();
  /** `node1: brief`, an entry per observation. */
  readonly probes: string[] = [];
  readonly steps: Record<string, Step> = {};
  readonly files = new Map<string, string>();
  /** Verdicts of the file script by path; others are the same. */
  readonly fileVerdicts = new Map<string, string>();
  /** By node: the note of the run that holds the cluster. */
  readonly operations = new Map<string, string>();
  /** By node: what it says of the backups. */
  readonly backups: Record<string, BackupNodeDocument | undefined> = {};
  readonly operationLog: string[] = [];
  /** Keys that hosts show; any where none is given. */
  readonly hostKeys = new Map<string, string>();
  time = 0;

  constructor(readonly nodes: Record<string, ReachableNode | undefined>) {}

  readonly open: OpenRemote = (connection) => new FakeRemote(this, this.nameOf(connection), connection.hostKey);

  readonly clock: Clock = {
    now: () => this.time,
    sleep: async (ms) => {
      this.time += ms;
      this.onSleep();
    },
  };

  /** What the world does while somebody waits. */
  onSleep: () => void = () => undefined;

  node(name: string, overrides: Partial<NodeTarget> = {}): ClusterNode {
    const connection: Connection = { host: hostOf(name), port: 22, user: 'ops', hostKey: 'ssh-ed25519 AAAA' };
    const target = targetIn('/srv', {
      cluster: CLUSTER,
      name,
      id: idOf(name),
      host: hostOf(name),
      role: roleOf(name),
      slotName: `repmgr_slot_${idOf(name)}`,
      state: '/var/lib/pulumi-kingbase/orders',
      data: '/kbdata/data',
      ...overrides,
    });
    return { connection, target };
  }

  set(name: string, node: ReachableNode | undefined): void {
    this.nodes[name] = node;
  }

  private nameOf({ host }: Connection): string {
    return Object.keys(this.nodes).find((name) => hostOf(name) === host) ?? host;
  }
}

class FakeRemote implements Remote {
  readonly host: string;

  constructor(
    private readonly cluster: FakeCluster,
    private readonly name: string,
    private readonly hostKey: string,
  ) {
    this.host = hostOf(name);
  }

  async script(
    text: string,
    env: Readonly<Record<string, string>> = {},
    options: ExecOptions = {},
  ): Promise<ExecResult> {
    const node = this.reach();
    if (text.includes('json_command sql')) {
      this.cluster.probes.push(`${this.name}: ${env['KB_PROBE'] ?? 'full'}`);
      return ok(JSON.stringify(documentOf(node)));
    }
    if (text.includes('json_command info')) {
      return ok(JSON.stringify(this.cluster.backups[this.name] ?? backupDocument()));
    }
    if (env['ITEMS'] !== undefined) {
      return ok(this.fileScript(env['ITEMS']));
    }
    return env['KB_OP_TOKEN'] === undefined ? this.run(env, options.label ?? '') : this.operation(env);
  }

  async exec(): Promise<ExecResult> {
    throw new Error('no plain commands are expected');
  }

  async put(): Promise<void> {
    throw new Error('no single files are expected');
  }

  async get(path: string): Promise<Buffer | undefined> {
    this.reach();
    const text = this.cluster.files.get(`${this.name}:${path}`);
    return text === undefined ? undefined : Buffer.from(text);
  }

  close(): void {
    // Nothing is held open.
  }

  private reach(): ReachableNode {
    const node = this.cluster.nodes[this.name];
    if ((this.cluster.hostKeys.get(this.name) ?? this.hostKey) !== this.hostKey) {
      throw new RemoteError('remote/host-key', this.host, { message: 'port 22 shows another host key', hint: 'Stop.' });
    }
    if (node === undefined) {
      throw new RemoteError('remote/unreachable', this.host, {
        message: 'cannot connect to port 22',
        hint: 'Start it.',
      });
    }
    return node;
  }

  private run(env: Readonly<Record<string, string>>, label: string): ExecResult {
    const output: string[] = [];
    for (const step of (env['KB_STEPS'] ?? '').split(' ')) {
      const entry = `${this.name}: ${step}`;
      this.cluster.log.push(entry);
      this.cluster.env.set(entry, env);
      const code = this.cluster.steps[step]?.(this.name, env) ?? 0;
      if (code !== 0) {
        const result = { code, stdout: '', stderr: `${step} failed` };
        throw new RemoteError('remote/exit', this.host, {
          message: `${label}: exit code ${code}`,
          hint: 'Run it again.',
          result,
        });
      }
      if (step === 'followFull') output.push('ended');
      output.push(...(step === 'create' ? [this.cluster.nodes[this.name]?.control?.systemIdentifier ?? ''] : []));
    }
    return ok(output.join('\n'));
  }

  /** As operation.sh: apart from the log, since every operation of several steps begins and ends with it. */
  private operation(env: Readonly<Record<string, string>>): ExecResult {
    const { operations, operationLog } = this.cluster;
    const step = env['KB_STEPS'] ?? '';
    const note = operations.get(this.name);
    const token = note === undefined ? '' : (JSON.parse(note) as { token: string }).token;
    operationLog.push(`${this.name}: ${step}`);
    if (step === 'hold' && note !== undefined && ![env['KB_OP_TOKEN'], env['KB_OP_BREAK']].includes(token)) {
      const result = { code: 77, stdout: note, stderr: '' };
      throw new RemoteError('remote/exit', this.host, { message: 'held', hint: 'Wait.', result });
    }
    if (step === 'hold') operations.set(this.name, `${env['KB_OP_NOTE']},"since":1795000000,"expires":1795000090}`);
    if (step === 'release' && token === env['KB_OP_TOKEN']) operations.delete(this.name);
    return ok('');
  }

  private fileScript(items: string): string {
    const lines = items.split('\n').map((item) => {
      const [operation = '', , path = '', , , , , , text = ''] = item.split(' ');
      const plain = Buffer.from(path, 'base64').toString();
      this.cluster.log.push(`${this.name}: ${operation} ${plain}`);
      this.cluster.files.set(`${operation}:${this.name}:${plain}`, Buffer.from(text, 'base64').toString());
      const verdict = operation === 'remove' || operation === 'purge' ? 'removed' : 'same';
      return `${path}\t${this.cluster.fileVerdicts.get(`${this.name}:${plain}`) ?? verdict}`;
    });
    return lines.join('\n');
  }
}

function ok(stdout: string): ExecResult {
  return { code: 0, stdout, stderr: '' };
}

function documentOf(node: ReachableNode): object {
  const { control, server, repmgr, ledger } = node;
  return {
    format: 1,
    machineId: node.machineId,
    epochSeconds: node.epochSeconds,
    data: node.data,
    controlData:
      control === undefined
        ? { code: 1, text: '', error: 'no control file' }
        : {
            code: 0,
            error: '',
            text: [
              `Database system identifier: ${control.systemIdentifier}`,
              `Database cluster state: ${control.state}`,
              `Latest checkpoint's TimeLineID: ${control.timeline}`,
              `Latest checkpoint location: ${control.checkpointLsn}`,
              `Minimum recovery ending location: ${control.minRecoveryLsn ?? '0/0'}`,
            ].join('\n'),
          },
    serverRunning: server.running,
    sql: server.running ? { code: 0, text: sqlOf(server.answers), error: server.reason ?? '' } : null,
    repmgrSql: server.answers === undefined ? null : { code: 0, text: repmgrOf(node), error: '' },
    clusterShow: repmgr.clusterShow === undefined ? null : { code: 0, text: showOf(node), error: '' },
    repmgrdPid: node.repmgrdPid,
    kbhaPid: node.kbhaPid,
    cron: { active: '* kbha -A daemon', paused: '#* kbha -A daemon', missing: '' }[node.automation],
    addresses: node.addresses.map((address) => `2: eth0    inet ${address} scope global eth0`).join('\n'),
    hardwareAddress: node.hardwareAddress ?? null,
    virtualIpAnswers: null,
    managedSettings: node.managedSettingsText ?? null,
    ledger: {
      bootstrap: ledger.bootstrap ?? null,
      member: ledger.member ?? null,
      rollout: ledger.rollout ?? null,
      teardown: ledger.teardown ?? null,
    },
  };
}

const row = (...fields: (string | number | undefined)[]): string =>
  fields.map((field) => field ?? '').join(FIELD_SEPARATOR);
const yes = (flag: boolean): string => (flag ? 'yes' : 'no');

function sqlOf(answers: ServerAnswers | undefined): string {
  if (answers === undefined) {
    return '';
  }
  const { receiver, clusterRole } = answers;
  const timeline = (answers.timeline ?? 1).toString(16).toUpperCase().padStart(8, '0');
  return [
    row('role', answers.inRecovery ? 'standby' : 'primary'),
    row('wal', answers.writeLsn, answers.replayLsn, answers.inRecovery ? '' : timeline),
    row('checkpoint', answers.timeline),
    ...(receiver === undefined
      ? []
      : [row('receiver', receiver.status, receiver.senderHost, receiver.slotName, receiver.timeline)]),
    ...answers.replicas.map((replica) =>
      row('replica', replica.name, replica.address, replica.state, replica.syncState, replica.replayLsn),
    ),
    ...answers.slots.map((slot) => row('slot', slot.name, slot.type, yes(slot.active), slot.restartLsn)),
    ...(answers.licenseDays === undefined ? [] : [row('license', String(answers.licenseDays))]),
    row('synchronous', answers.synchronousStandbyNames),
    ...(clusterRole === undefined
      ? []
      : [
          row(
            'clusterRole',
            yes(clusterRole.superuser),
            yes(clusterRole.replication),
            yes(clusterRole.login),
            yes(clusterRole.inKcluster),
          ),
        ]),
    ...answers.settings.map((setting) =>
      row(
        'setting',
        setting.name,
        setting.value,
        setting.unit,
        setting.type,
        setting.context,
        setting.source,
        setting.file,
        setting.line,
        yes(setting.pendingRestart),
      ),
    ),
    ...answers.fileSettings.map((line) =>
      row('file', line.name, line.value, line.file, line.line, yes(line.applied), line.error),
    ),
  ].join('\n');
}

function repmgrOf({ repmgr }: ReachableNode): string {
  const records = repmgr.records;
  return [
    ...(records === undefined ? [] : [row('records', records.length)]),
    ...(records ?? []).map((each) =>
      row(
        'node',
        each.id,
        each.name,
        each.type,
        yes(each.active),
        each.upstreamId,
        each.location,
        each.priority,
        each.slotName,
        each.conninfo,
      ),
    ),
    row('repmgrd', 'yes', yes(repmgr.paused === true)),
  ].join('\n');
}

function showOf({ repmgr }: ReachableNode): string {
  const header = ' ID | Name | Role | Status | Upstream | Location | Priority | Timeline | Connection string';
  const rows = (repmgr.clusterShow ?? []).map((each) =>
    [
      each.id,
      each.name,
      each.role,
      each.status,
      each.upstream,
      each.location,
      each.priority,
      each.timeline ?? '',
      'host=x',
    ].join(' | '),
  );
  return [header, '----+------+----', ...rows].join('\n');
}
