/** What the schema cannot say, one function each; all run, and all findings are shown. */
import { parseSchedule, SCHEDULE_FORMS } from '../../backup/schedule';
import type { Finding } from '../../finding';
import { clientNetworks } from '../../spec/rules/clientNetworks';
import { connectionAccess } from '../../spec/rules/connectionAccess';
import { checkHost, hostAddresses } from '../../spec/rules/hostAddresses';
import { hostKeys, isHostKey } from '../../spec/rules/hostKeys';
import { uniqueNodes } from '../../spec/rules/uniqueNodes';
import type { Rule } from '../../spec/rules/rule';
import type { ClusterSpec } from '../../spec/types';
import { parseInterval } from '../interval';
import { judgeLevelChange } from '../levels';
import type { KwdbInput } from './schema';
import type { KwdbSpec } from './types';

type KwdbRule = (spec: KwdbSpec, given: KwdbInput) => readonly Finding[];

/** Rules about hosts, keys and networks that the two systems share: they read nothing else of a specification. */
const shared =
  (rule: Rule): KwdbRule =>
  (spec, given) =>
    rule(spec as unknown as ClusterSpec, { clients: given.clients ?? [] });

const LONGEST_INTERVAL = 86_400;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PATH = /^\/[\w./-]+$/;
/** Below the external directory; as a path of a URI it holds nothing that would need an escape. */
const RELATIVE = /^[\w][\w./-]*$/;
const UNIX_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
/** As it travels to the scripts on the node, and stands in a path of a URI. */
const OBJECT = /^[\p{L}_][\p{L}\p{N}_$-]{0,62}$/u;

const names: KwdbRule = ({ name, nodes }) => [
  ...(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name)
    ? []
    : [
        bad(
          'name',
          `${JSON.stringify(name)} cannot name a cluster`,
          'use a letter, then letters, digits, _ or -, at most 32.',
        ),
      ]),
  ...nodes.flatMap((node, index) =>
    node.name === '' || /^[a-z][a-z0-9_]{0,39}$/.test(node.name)
      ? []
      : [
          bad(
            `nodes[${index}].name`,
            `${JSON.stringify(node.name)} cannot be a node name`,
            'use a lower-case letter, then lower-case letters, digits or _, at most 40.',
          ),
        ],
  ),
];

const paths: KwdbRule = (spec) => [
  ...(['program', 'certificates', 'store'] as const).flatMap((field) => absolute(field, spec[field])),
  ...(UNIX_NAME.test(spec.managementUser)
    ? []
    : [
        bad(
          'managementUser',
          `${JSON.stringify(spec.managementUser)} is not the name of a Unix user`,
          'give the owner of the server’s processes; the installer’s is kaiwudb.',
        ),
      ]),
];

/** Since 3.0 there is a level at all; 2.x has ts.wal.flush_interval, ts.wal.buffer_size and others. */
const versions: KwdbRule = ({ version }) =>
  /^(?:[3-9]|\d{2,})(?:\.\d+){1,3}$/.test(version)
    ? []
    : [
        bad(
          'version',
          `${JSON.stringify(version)} is no version of KWDB from 3.0 on`,
          'write it as `kwbase version` does, without V: 3.2.1. 2.x has no ts.wal.wal_level.',
        ),
      ];

const intervals: KwdbRule = (_spec, given) => {
  const text = given.wal?.checkpointInterval;
  if (text === undefined) return [];
  const parsed = parseInterval(text);
  const path = 'wal.checkpointInterval';
  if (!parsed.ok)
    return [bad(path, parsed.reason, 'write a number and its unit: 30s, 5m, 1h30m.', 'kwdb/bad-interval')];
  if (parsed.seconds < 1)
    return [
      bad(
        path,
        `${JSON.stringify(text)} is no pause: KWDB takes it, and writes thousands of checkpoints a second`,
        'give 1s to 24h; the default is 1m.',
        'kwdb/bad-interval',
      ),
    ];
  return parsed.seconds > LONGEST_INTERVAL
    ? [
        bad(
          path,
          `${JSON.stringify(text)} is longer than 24h`,
          'give 1s to 24h; the log grows until the next checkpoint, and a recovery reads all of it.',
          'kwdb/bad-interval',
        ),
      ]
    : [];
};

/** Less than a server has by itself needs somebody who answers for it; a later change is compared with the level before, in the handler. */
const waivers: KwdbRule = ({ wal }) => {
  const { level, waiver } = wal;
  if (waiver !== undefined && !isDate(waiver.until)) {
    return [bad('wal.waiver.until', `${JSON.stringify(waiver.until)} is no day`, 'write the last day as YYYY-MM-DD.')];
  }
  return judgeLevelChange('flush', level).lowers && waiver === undefined
    ? [
        bad(
          'wal.level',
          `${level} keeps less than flush, which a server has by itself, and there is no waiver`,
          'give wal.waiver with owner, reason and until, or another level. docs/kwdb.md says what each one loses.',
          'kwdb/lowered-durability',
        ),
      ]
    : [];
};

const backupPlace: KwdbRule = ({ nodes, backup }) => {
  if (backup === undefined) return [];
  const { node, directory, externalDirectory } = backup;
  return [
    ...(nodes.some(({ name }) => name === node)
      ? []
      : [
          bad(
            'backup.node',
            `there is no node ${JSON.stringify(node)}`,
            `one of ${nodes.map(({ name }) => name).join(', ')}.`,
          ),
        ]),
    ...(RELATIVE.test(directory) && !`/${directory}/`.includes('/../')
      ? []
      : [
          bad(
            'backup.directory',
            `${JSON.stringify(directory)} is no path below the external directory`,
            'letters, digits, _ . - and / only, not from the root.',
          ),
        ]),
    ...absolute('backup.externalDirectory', externalDirectory),
  ];
};

const backupSchedule: KwdbRule = (_spec, given) => {
  const intent = given.backup?.schedule;
  if (intent === undefined) return [];
  const parsed = parseSchedule(intent);
  if (!parsed.ok) return [bad('backup.schedule', parsed.reason, `what is understood: ${SCHEDULE_FORMS}.`)];
  return parsed.schedule === undefined
    ? [bad('backup.schedule', 'is never', 'leave `backup` out where there shall be none.')]
    : [];
};

const backupSubjects: KwdbRule = ({ backup }) => {
  const databases = backup?.databases ?? [];
  const seen = databases.map(({ name }) => name);
  const empty =
    backup !== undefined && databases.length === 0
      ? [bad('backup.databases', 'is empty', 'name what is to be saved.')]
      : [];
  return [
    ...empty,
    ...databases.flatMap(({ name, tables, schemas }, index): Finding[] => {
      const path = `backup.databases[${index}]`;
      if (name === '') return [];
      return [
        ...(OBJECT.test(name) ? [] : [object(`${path}.name`, name)]),
        ...(name === 'system'
          ? [
              bad(
                `${path}.name`,
                'system is no database of yours',
                'users and cluster settings are saved with `users` and `clusterSettings`.',
              ),
            ]
          : []),
        ...(seen.indexOf(name) < index
          ? [bad(`${path}.name`, `${JSON.stringify(name)} is named twice`, 'name each database once.')]
          : []),
        ...tables.flatMap((table, at) =>
          table.split('.').length <= 2 && table.split('.').every((part) => OBJECT.test(part))
            ? []
            : [object(`${path}.tables[${at}]`, table)],
        ),
        ...schemas.flatMap((schema, at) => (OBJECT.test(schema) ? [] : [object(`${path}.schemas[${at}]`, schema)])),
      ];
    }),
  ];
};

const offMachine: KwdbRule = ({ backup, nodes }) => {
  const target = backup?.offMachine;
  if (target === undefined) return [];
  const source = nodes.find(({ name }) => name === backup?.node);
  return [
    ...checkHost(target.host ?? '', 'backup.offMachine.host'),
    ...(target.host !== undefined && target.host === source?.host
      ? [
          bad(
            'backup.offMachine.host',
            `${target.host} is the node that the backup is on`,
            'name another machine: what takes the node takes its copies as well.',
          ),
        ]
      : []),
    ...(target.hostKey === undefined || isHostKey(target.hostKey)
      ? []
      : [
          bad(
            'backup.offMachine.hostKey',
            'is no host key',
            'give the OpenSSH public key line of that host: ssh-keyscan -t ed25519 <host>, compared on its console.',
          ),
        ]),
    ...(UNIX_NAME.test(target.user)
      ? []
      : [
          bad(
            'backup.offMachine.user',
            `${JSON.stringify(target.user)} is not the name of a Unix user`,
            'write the login name alone.',
          ),
        ]),
    ...absolute('backup.offMachine.directory', target.directory ?? ''),
  ];
};

function absolute(path: string, value: string): readonly Finding[] {
  return value === '' || (PATH.test(value) && !`${value}/`.includes('/../') && value !== '/')
    ? []
    : [bad(path, `${JSON.stringify(value)} is no absolute path`, 'letters, digits, _ . - and / only, from the root.')];
}

function object(path: string, name: string): Finding {
  return bad(
    path,
    `${JSON.stringify(name)} cannot be handed to the scripts of a backup`,
    'letters, digits, _ $ and -, at most 63; rename the object, or save it by hand.',
  );
}

function isDate(text: string): boolean {
  return DATE.test(text) && !Number.isNaN(Date.parse(text));
}

function bad(path: string, message: string, hint: string, code = 'kwdb/bad-value'): Finding {
  return { code, path, message, hint };
}

export const kwdbRules: readonly KwdbRule[] = [
  names,
  shared(hostAddresses),
  shared(uniqueNodes),
  shared(hostKeys),
  shared(connectionAccess),
  shared(clientNetworks),
  paths,
  versions,
  intervals,
  waivers,
  backupPlace,
  backupSchedule,
  backupSubjects,
  offMachine,
];
