/** What is asked of a drill, as text of the configuration or the command line: checked here, given to drill.sh as words. */
import type { Finding } from '../finding';

export interface DrillRequest {
  /** latest (default), immediate, time=…, lsn=…, name=… or xid=… */
  readonly target?: string;
  /** Which branch of history; default: the newest. */
  readonly timeline?: number;
  /** Label of the backup; default: the newest before the target. */
  readonly set?: string;
  /** Verify the whole repository first; default true. */
  readonly verify?: boolean;
}

const VALUES: Readonly<Record<string, { readonly form: RegExp | undefined; readonly wanted: string }>> = {
  latest: { form: undefined, wanted: 'no value' },
  immediate: { form: undefined, wanted: 'no value' },
  time: {
    form: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)$/,
    wanted: 'date, time and zone, such as time=2026-11-21T13:30:00+08:00',
  },
  lsn: { form: /^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/, wanted: 'an LSN, such as lsn=0/5000000' },
  name: { form: /^\w[\w.:-]{0,62}$/, wanted: 'the name of a restore point, such as name=before_release' },
  xid: { form: /^\d{1,10}$/, wanted: 'the number of a transaction, such as xid=445566' },
};

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const LABEL = /^\d{8}-\d{6}F(_\d{8}-\d{6}[DIP])?$/;

/** Every mistake at once; `path` is where the request stands. */
export function checkDrillRequest(request: DrillRequest, path: string): readonly Finding[] {
  const { target = 'latest', timeline, set } = request;
  return [
    ...checkTarget(target, `${path}.target`),
    ...(timeline === undefined || (Number.isInteger(timeline) && timeline > 0 && timeline < 1e9)
      ? []
      : [
          finding(
            `${path}.timeline`,
            timeline,
            'is no number of a timeline',
            'Give 1 or more, or leave it out for the newest.',
          ),
        ]),
    ...(set === undefined || LABEL.test(set)
      ? []
      : [
          finding(
            `${path}.set`,
            set,
            'is no label of a backup',
            'Take it from `sys_rman info`, such as 20260512-110154F.',
          ),
        ]),
  ];
}

export function checkRequestId(id: unknown, path: string): readonly Finding[] {
  return typeof id === 'string' && REQUEST_ID.test(id)
    ? []
    : [
        finding(
          path,
          id,
          'is no request id',
          'Letters, digits, dots, dashes and underscores, 63 at most; a new one for each run.',
        ),
      ];
}

function checkTarget(target: unknown, path: string): readonly Finding[] {
  const text = typeof target === 'string' ? target : '';
  const [kind = '', ...rest] = text.split('=');
  const value = rest.join('=');
  const known = Object.hasOwn(VALUES, kind) ? VALUES[kind] : undefined;
  if (known === undefined) {
    return [finding(path, target, 'is no target', 'One of latest, immediate, time=…, lsn=…, name=…, xid=….')];
  }
  const fits = known.form === undefined ? rest.length === 0 : known.form.test(value) && isMoment(kind, value);
  return fits ? [] : [finding(path, target, 'is not understood', `${kind} needs ${known.wanted}.`)];
}

/** A month 13 has the form of a date. */
function isMoment(kind: string, value: string): boolean {
  if (kind !== 'time') return true;
  const zoned = value
    .replace(' ', 'T')
    .replace(/([+-]\d{2}):?(\d{2})?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`);
  return !Number.isNaN(Date.parse(zoned));
}

function finding(path: string, value: unknown, message: string, hint: string): Finding {
  return { code: 'drill/wrong-request', path, message: `${JSON.stringify(value) ?? 'nothing'} ${message}`, hint };
}

/** Words for drill.sh after its path. */
export function drillWords(id: string, { target, timeline, set, verify }: DrillRequest): readonly string[] {
  return [
    '--id',
    id,
    ...(target === undefined ? [] : ['--target', target]),
    ...(timeline === undefined ? [] : ['--timeline', String(timeline)]),
    ...(set === undefined ? [] : ['--set', set]),
    ...(verify === false ? ['--no-verify'] : []),
  ];
}

/** For a preview: what will happen, and what will not. */
export function describeDrill(node: string, { target = 'latest', set, verify }: DrillRequest): string {
  const backup = set === undefined ? 'the newest backup before it' : `backup ${set}`;
  return [
    `on ${node}: ${verify === false ? '' : 'verifies the repository, '}restores ${backup} to the target ${target} into the drill directory`,
    'starts the copy on a unix socket only, checks pages, rows and queries, records the result and removes the copy',
    'the cluster: rows are counted, one empty transaction, a named restore point and a WAL switch on the primary; nothing else',
  ].join('; ');
}
