/** What the schema cannot say about `backup`. */
import { parseSchedule, SCHEDULE_FORMS } from '../../backup/schedule';
import type { Finding } from '../../finding';
import { checkHost } from '../../spec/rules/hostAddresses';
import { isHostKey } from '../../spec/rules/hostKeys';
import { absolute, bad, UNIX_NAME, type KwdbRule } from './rule';

/** Below the external directory; as a path of a URI it holds nothing that would need an escape. */
const RELATIVE = /^[\w][\w./-]*$/;
/** As it travels to the scripts on the node, and stands in a path of a URI. */
const OBJECT = /^[\p{L}_][\p{L}\p{N}_$-]{0,62}$/u;
/** What every store takes for a bucket, and path style leaves as it is. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

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

const backupSchedule: KwdbRule = (_spec, given) =>
  (['schedule', 'verifySchedule'] as const).flatMap((field) => {
    const intent = given.backup?.[field];
    if (intent === undefined) return [];
    const parsed = parseSchedule(intent);
    if (!parsed.ok) return [bad(`backup.${field}`, parsed.reason, `what is understood: ${SCHEDULE_FORMS}.`)];
    return parsed.schedule === undefined && field === 'schedule'
      ? [bad('backup.schedule', 'is never', 'leave `backup` out where there shall be none.')]
      : [];
  });

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

const objectStore: KwdbRule = ({ backup }) => {
  const store = backup?.objectStore;
  if (store === undefined) return [];
  const path = 'backup.objectStore';
  const { endpoint, bucket, prefix, plainHttp, caFile } = store;
  return [
    // Never the value: it may hold a key.
    ...(endpoint.includes('@')
      ? [
          bad(
            `${path}.endpoint`,
            'names a user or a key',
            'host and port alone; the key is a secret: kingbase:kwdbObjectStoreKey.',
          ),
        ]
      : []),
    ...(endpoint.startsWith('http://') && !plainHttp
      ? [
          bad(
            `${path}.endpoint`,
            `${endpoint} sends every row of the backup in the clear`,
            'give https://, with caFile where the store has a certificate of the house; or plainHttp: true, on a network that nobody else reads.',
            'kwdb/plain-http',
          ),
        ]
      : []),
    ...(bucket === '' || BUCKET.test(bucket)
      ? []
      : [
          bad(
            `${path}.bucket`,
            `${JSON.stringify(bucket)} cannot name a bucket`,
            'lower-case letters, digits, . and -, 3 to 63; it must exist.',
          ),
        ]),
    ...(RELATIVE.test(prefix) && !`/${prefix}/`.includes('/../') && !prefix.endsWith('/')
      ? []
      : [
          bad(
            `${path}.prefix`,
            `${JSON.stringify(prefix)} is no prefix of ours`,
            'letters, digits, _ . - and / only, no / at either end; one for each cluster.',
          ),
        ]),
    ...absolute(`${path}.caFile`, caFile ?? ''),
  ];
};

function object(path: string, name: string): Finding {
  return bad(
    path,
    `${JSON.stringify(name)} cannot be handed to the scripts of a backup`,
    'letters, digits, _ $ and -, at most 63; rename the object, or save it by hand.',
  );
}

export const backupRules: readonly KwdbRule[] = [backupPlace, backupSchedule, backupSubjects, offMachine, objectStore];
