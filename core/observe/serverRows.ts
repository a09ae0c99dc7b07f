/** Reads the rows the node's scripts select: first field a tag, fields separated by the ASCII unit separator, one row per line. */
import { lsnDistance } from './lsn';
import type {
  ClusterRole,
  FileSettingRow,
  ReplicaRow,
  RepmgrRecord,
  ServerAnswers,
  SettingRow,
  SlotRow,
  WalReceiver,
} from './types';

export const FIELD_SEPARATOR = '\u001f';

type Row = readonly string[];

/** undefined where the server did not even say its role. */
export function parseServerAnswers(text: string): ServerAnswers | undefined {
  const rows = splitRows(text);
  const role = first(rows, 'role')?.[0];
  if (role !== 'primary' && role !== 'standby') {
    return undefined;
  }
  const [writeLsn, replayLsn, walTimeline] = first(rows, 'wal') ?? [];
  const receiver = parseReceiver(first(rows, 'receiver'));
  const checkpointTimeline = number(first(rows, 'checkpoint')?.[0]);
  return {
    inRecovery: role === 'standby',
    timeline: timelineOf(walTimeline, receiver, checkpointTimeline),
    writeLsn: text_(writeLsn),
    replayLsn: text_(replayLsn),
    receiver,
    replicas: all(rows, 'replica').map((row) => parseReplica(row, writeLsn)),
    slots: all(rows, 'slot').map(parseSlot),
    synchronousStandbyNames: first(rows, 'synchronous')?.[0] ?? '',
    clusterRole: parseClusterRole(first(rows, 'clusterRole')),
    settings: all(rows, 'setting').map(parseSetting),
    fileSettings: all(rows, 'file').map(parseFileSetting),
    licenseDays: number(first(rows, 'license')?.[0]),
  };
}

/** undefined where the table could not be read: an error prints no row, and a registered cluster has at least one. */
export function parseRecords(text: string): RepmgrRecord[] | undefined {
  const rows = splitRows(text);
  return first(rows, 'records') === undefined ? undefined : all(rows, 'node').map(parseRecord);
}

export function parseRepmgrd(text: string): {
  readonly running: boolean | undefined;
  readonly paused: boolean | undefined;
} {
  const [running, paused] = first(splitRows(text), 'repmgrd') ?? [];
  return { running: yesNo(running), paused: yesNo(paused) };
}

/** The primary's own write position names its timeline at once; a standby's is its stream's; the checkpoint lags behind both. */
function timelineOf(
  walTimeline: string | undefined,
  receiver: WalReceiver | undefined,
  checkpoint: number | undefined,
): number | undefined {
  if (walTimeline !== undefined && /^[0-9A-F]{8}$/i.test(walTimeline)) {
    return Number.parseInt(walTimeline, 16);
  }
  return receiver?.timeline ?? checkpoint;
}

function parseReceiver(row: Row | undefined): WalReceiver | undefined {
  return row === undefined
    ? undefined
    : { status: at(row, 0), senderHost: at(row, 1), slotName: at(row, 2), timeline: number(row[3]) };
}

function parseReplica(row: Row, writeLsn: string | undefined): ReplicaRow {
  return {
    name: at(row, 0),
    address: at(row, 1),
    state: at(row, 2),
    syncState: at(row, 3),
    replayLsn: at(row, 4),
    lagBytes: lsnDistance(writeLsn, row[4]),
  };
}

function parseSlot(row: Row): SlotRow {
  return { name: at(row, 0), type: at(row, 1), active: row[2] === 'yes', restartLsn: at(row, 3) };
}

function parseClusterRole(row: Row | undefined): ClusterRole | undefined {
  return row === undefined
    ? undefined
    : {
        superuser: row[0] === 'yes',
        replication: row[1] === 'yes',
        login: row[2] === 'yes',
        inKcluster: row[3] === 'yes',
      };
}

function parseSetting(row: Row): SettingRow {
  return {
    name: at(row, 0),
    value: at(row, 1),
    unit: at(row, 2),
    type: at(row, 3),
    context: at(row, 4),
    source: at(row, 5),
    file: at(row, 6),
    line: number(row[7]),
    pendingRestart: row[8] === 'yes',
  };
}

function parseFileSetting(row: Row): FileSettingRow {
  return {
    name: at(row, 0),
    value: at(row, 1),
    file: at(row, 2),
    line: number(row[3]),
    applied: row[4] === 'yes',
    error: at(row, 5),
  };
}

function parseRecord(row: Row): RepmgrRecord {
  return {
    id: Number(row[0]),
    name: at(row, 1),
    type: at(row, 2),
    active: row[3] === 'yes',
    upstreamId: number(row[4]),
    location: at(row, 5),
    priority: Number(row[6] ?? 0),
    slotName: at(row, 7),
    conninfo: at(row, 8),
  };
}

function splitRows(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line.includes(FIELD_SEPARATOR))
    .map((line) => line.split(FIELD_SEPARATOR));
}

function all(rows: readonly Row[], tag: string): Row[] {
  return rows.filter((row) => row[0] === tag).map((row) => row.slice(1));
}

function first(rows: readonly Row[], tag: string): Row | undefined {
  return all(rows, tag)[0];
}

function at(row: Row, index: number): string {
  return row[index] ?? '';
}

function text_(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function number(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

function yesNo(value: string | undefined): boolean | undefined {
  return value === 'yes' ? true : value === 'no' ? false : undefined;
}
