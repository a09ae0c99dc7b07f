/** What the schema cannot say, one function each; all run, and all findings are shown. */
import { clientNetworks } from '../../spec/rules/clientNetworks';
import { connectionAccess } from '../../spec/rules/connectionAccess';
import { hostAddresses } from '../../spec/rules/hostAddresses';
import { hostKeys } from '../../spec/rules/hostKeys';
import { uniqueNodes } from '../../spec/rules/uniqueNodes';
import type { Rule } from '../../spec/rules/rule';
import type { ClusterSpec } from '../../spec/types';
import { parseInterval } from '../interval';
import { judgeLevelChange } from '../levels';
import { backupRules } from './backupRules';
import { absolute, bad, UNIX_NAME, type KwdbRule } from './rule';

/** Rules about hosts, keys and networks that the two systems share: they read nothing else of a specification. */
const shared =
  (rule: Rule): KwdbRule =>
  (spec, given) =>
    rule(spec as unknown as ClusterSpec, { clients: given.clients ?? [] });

const LONGEST_INTERVAL = 86_400;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

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

function isDate(text: string): boolean {
  return DATE.test(text) && !Number.isNaN(Date.parse(text));
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
  ...backupRules,
];
