// unknown -> KwdbSpec, or every finding at once: shape first, then each rule over what has a usable shape.
import type { Finding } from '../../finding';
import { applyDefaults, fillConnection, withLength } from '../../spec/fillDefaults';
import { findControlCharacters, remove, toPlainData } from '../../spec/parseClusterSpec';
import { validateShape, type SchemaNode } from '../../spec/validateShape';
import { isAtOrBelow } from '../../text/configPath';
import { parseSchedule } from '../../backup/schedule';
import { parseInterval } from '../interval';
import { calendarOf } from './calendar';
import { kwdbRules } from './rules';
import { kwdbSchema, type KwdbInput } from './schema';
import type { KwdbBackup, KwdbObjectStore, KwdbSchedule, KwdbSpec } from './types';

export type KwdbResult =
  { readonly ok: true; readonly spec: KwdbSpec } | { readonly ok: false; readonly findings: readonly Finding[] };

/** `fallbackName`: the name of the Pulumi resource, where the input has none. */
export function parseKwdbSpec(input: unknown, fallbackName: string): KwdbResult {
  const plain = toPlainData(input);
  if (!plain.ok)
    return {
      ok: false,
      findings: [{ ...plain.finding, hint: 'give an object with at least `nodes`; see docs/reference/kwdb.md.' }],
    };
  const shape = validateShape(plain.value, kwdbSchema as SchemaNode);
  const wrong = [...shape.findings, ...findControlCharacters(plain.value, [])];
  for (const path of shape.bad) remove(plain.value, path);
  const given = plain.value as unknown as KwdbInput;
  const spec = fill(given, fallbackName);
  const broken = kwdbRules
    .flatMap((rule) => rule(spec, given))
    // What follows from a value that is wrong already would only distract.
    .filter((finding) => !wrong.some((cause) => isAtOrBelow(finding.path ?? '', cause.path ?? '')));
  const findings = [...wrong, ...broken];
  return findings.length > 0 ? { ok: false, findings } : { ok: true, spec };
}

/** What is required and missing, or was taken out as wrong, becomes empty: the finding about it exists already, and the rules skip it. */
function fill(input: KwdbInput, fallbackName: string): KwdbSpec {
  const filled = applyDefaults(kwdbSchema as SchemaNode, input) as KwdbInput &
    Omit<KwdbSpec, 'wal' | 'backup' | 'nodes' | 'connection'>;
  const name = filled.name ?? fallbackName;
  const { level = 'flush', checkpointInterval = '', assertTimeoutSeconds = 0, waiver } = filled.wal ?? {};
  const interval = parseInterval(checkpointInterval);
  const nodes = (filled.nodes ?? []).map((node, index) => {
    const { user, port, ...rest } = node ?? {};
    const own = { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
    const { name: nodeName = '', host = '', hostKey = '', id = index + 1 } = rest;
    return {
      name: nodeName,
      host,
      hostKey: hostKey.trim(),
      id,
      ...(Object.keys(own).length === 0 ? {} : { connection: own }),
    };
  });
  const { backup, ...others } = filled;
  return {
    ...others,
    name,
    nodes,
    clients: (filled.clients ?? []).map((client) => withLength(client ?? '')),
    connection: fillConnection(filled.connection as never),
    // The rule about the interval reads the text; until it is right, nothing is made of it.
    wal: {
      level,
      checkpointSeconds: interval.ok ? interval.seconds : 0,
      assertTimeoutSeconds,
      ...(waiver === undefined ? {} : { waiver }),
    },
    ...(backup === undefined
      ? {}
      : { backup: fillBackup(backup, { name, store: others.store, first: nodes[0]?.name ?? '' }) }),
  };
}

function fillBackup(
  given: NonNullable<KwdbInput['backup']>,
  { name, store, first }: { readonly name: string; readonly store: string; readonly first: string },
): KwdbBackup {
  const { schedule = '', verifySchedule = '', databases = [], objectStore, ...rest } = given;
  return {
    directory: `pulumi-kwdb/${name}`,
    externalDirectory: `${store}/extern`,
    node: first,
    ...(rest as Omit<KwdbBackup, 'schedule' | 'verify' | 'databases' | 'directory' | 'externalDirectory' | 'node'>),
    databases: databases.map((one) => ({
      name: one?.name ?? '',
      tables: one?.tables ?? [],
      schemas: one?.schemas ?? ['public'],
    })),
    schedule: toSchedule(schedule),
    verify: toSchedule(verifySchedule),
    ...(objectStore === undefined
      ? {}
      : { objectStore: { ...NO_STORE, prefix: name, ...objectStore } as KwdbObjectStore }),
  };
}

/** What is required, and was missing or wrong. */
const NO_STORE = { endpoint: '', region: '', bucket: '' };

/** What is not understood has a finding already. */
function toSchedule(intent: string): KwdbSchedule {
  const parsed = parseSchedule(intent);
  return parsed.ok && parsed.schedule !== undefined
    ? { intent, calendar: calendarOf(parsed.schedule.cron), longestGapSeconds: parsed.schedule.longestGapSeconds }
    : { intent, calendar: [], longestGapSeconds: 0 };
}
