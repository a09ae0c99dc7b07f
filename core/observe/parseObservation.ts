/** Turns the JSON document of templates/scripts/observe.sh into a ReachableNode. "Could not read" stays visible as undefined; nothing is guessed. */
import { parseAutomation } from './automation';
import { isCorruptControl, parseControlData } from './controlData';
import { parseClusterShow } from './repmgrTable';
import { parseRecords, parseRepmgrd, parseServerAnswers } from './serverRows';
import type { DataDirectory, LedgerTexts, ReachableNode, ServerObservation } from './types';

/** One command's outcome as the script reports it. */
export interface CommandText {
  readonly code: number;
  readonly text: string;
  readonly error: string;
}

export interface ObservationDocument {
  readonly format: 1;
  readonly machineId: string;
  readonly epochSeconds: number;
  readonly data: DataDirectory;
  readonly controlData: CommandText;
  readonly serverRunning: boolean;
  readonly sql: CommandText | null;
  readonly repmgrSql: CommandText | null;
  readonly clusterShow: CommandText | null;
  readonly repmgrdPid: number | null;
  readonly kbhaPid: number | null;
  readonly cron: string;
  readonly addresses: string;
  readonly hardwareAddress: string | null;
  /** arping; null on the holder of the virtual IP, where there is none, and in a brief look. */
  readonly virtualIpAnswers: CommandText | null;
  readonly managedSettings: string | null;
  readonly ledger: {
    readonly bootstrap: string | null;
    readonly member: string | null;
    readonly rollout: string | null;
    readonly teardown: string | null;
  };
}

export function parseObservation(name: string, json: string): ReachableNode {
  const document = readDocument(json);
  const records = document.repmgrSql === null ? undefined : parseRecords(document.repmgrSql.text);
  return {
    reachable: true,
    name,
    machineId: document.machineId,
    epochSeconds: document.epochSeconds,
    data: document.data,
    control: readControl(document.controlData),
    server: parseServer(document),
    repmgr: {
      records,
      paused: document.repmgrSql === null ? undefined : parseRepmgrd(document.repmgrSql.text).paused,
      clusterShow: parseShow(document.clusterShow),
    },
    repmgrdPid: document.repmgrdPid,
    kbhaPid: document.kbhaPid,
    automation: parseAutomation(document.cron),
    addresses: parseAddresses(document.addresses),
    hardwareAddress: document.hardwareAddress?.trim().toLowerCase(),
    virtualIpAnswers: parseArping(document.virtualIpAnswers?.text ?? ''),
    managedSettingsText: document.managedSettings ?? undefined,
    ledger: parseLedger(document.ledger),
  };
}

function readDocument(json: string): ObservationDocument {
  const document = JSON.parse(json) as Partial<ObservationDocument>;
  if (document.format !== 1 || document.data === undefined || document.ledger === undefined) {
    throw new Error(`not an observation document of format 1: ${json.slice(0, 200)}`);
  }
  return document as ObservationDocument;
}

/** The warning about a wrong checksum stands on one output or the other, by version. */
function readControl({ code, text, error }: CommandText): ReachableNode['control'] {
  return code === 0 && !isCorruptControl(error) ? parseControlData(text) : undefined;
}

function parseServer(document: ObservationDocument): ServerObservation {
  if (document.sql === null) {
    return { running: document.serverRunning, answers: undefined, reason: 'the database does not run' };
  }
  const answers = parseServerAnswers(document.sql.text);
  return {
    running: document.serverRunning,
    answers,
    reason: answers === undefined ? failureOf(document.sql) : undefined,
  };
}

function failureOf(command: CommandText): string {
  const lines = command.error.trim().split('\n');
  const said = lines.at(-1) ?? '';
  return command.code === 124
    ? 'the database did not answer in time'
    : said === ''
      ? 'the database gave no answer'
      : said;
}

/** repmgr exits 25 where it found issues; its table is complete all the same. */
function parseShow(command: CommandText | null): ReturnType<typeof parseClusterShow> | undefined {
  const rows = command === null ? [] : parseClusterShow(command.text);
  return rows.length === 0 ? undefined : rows;
}

/** `ip -o addr show`: the fourth word is the address with its prefix length. */
export function parseAddresses(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:\s+\S+\s+inet6?\s+(\S+)/.exec(line);
    return match === null ? [] : [match[1] ?? ''];
  });
}

/** arping of iputils: `Unicast reply from 10.0.0.100 [00:16:3E:AA:BB:CC]  0.6ms`; each hardware address once. */
export function parseArping(text: string): string[] {
  const found = [...text.matchAll(/ \[([0-9A-F]{2}(?::[0-9A-F]{2}){5})\]/gi)].map(([, address = '']) => address);
  return [...new Set(found.map((address) => address.toLowerCase()))].sort();
}

function parseLedger(texts: ObservationDocument['ledger']): LedgerTexts {
  return {
    bootstrap: texts.bootstrap ?? undefined,
    member: texts.member ?? undefined,
    rollout: texts.rollout ?? undefined,
    teardown: texts.teardown ?? undefined,
  };
}
