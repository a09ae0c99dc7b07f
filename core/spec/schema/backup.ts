// Schema of backups: where the repository lies, what runs when, how far back a restore reaches, how it is proved.
import { SCHEDULE_FORMS } from '../../backup/schedule';
import { backupDrillSchema } from './backupDrill';
import { backupResourcesSchema } from './backupResources';
import { settings } from './database';
import { schedule } from './scheduleField';

const s3Properties = {
  bucket: {
    type: 'string',
    minLength: 1,
    description: 'Bucket; it must exist.',
    'x-change': 'reload',
    'x-source': 'sys_backup.conf _repo_s3_bucket',
  },
  endpoint: {
    type: 'string',
    pattern: '^https://[^/\\s]+$',
    description: 'https://host or https://host:port, no path.',
    'x-change': 'reload',
    'x-source': 'sys_backup.conf _repo_s3_endpoint',
  },
  region: {
    type: 'string',
    minLength: 1,
    description: 'Region, as the object store calls it.',
    'x-change': 'reload',
    'x-source': 'sys_backup.conf _repo_s3_region',
  },
  verifyTls: {
    type: 'boolean',
    default: true,
    description: 'Check the certificate of the endpoint.',
    'x-change': 'reload',
    'x-source': 'upstream repo-storage-verify-tls',
  },
} as const;

const objectStore = {
  type: 'object',
  additionalProperties: false,
  required: ['bucket', 'endpoint', 'region'],
  properties: s3Properties,
} as const;

export const backupSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['repository'],
  description:
    'Physical backups with sys_rman: repository, archiving, schedule, retention, drills. Adding it changes archive_command (reload) and makes the first full backup.',
  'x-change': 'reload',
  properties: {
    repository: {
      type: ['string', 'object'],
      description:
        'Name of the node that holds the repository and runs the backups: a node of role repository (recommended), or a database node, which loses it with its disk. ' +
        '`{kind: perNode}`: every database node backs up itself (the vendor’s single-pro; newerKeys).',
      'x-change': 'reload',
      'x-source': 'sys_backup.conf _repo_ip, _target_db_style',
    },
    path: {
      type: 'string',
      pattern: '^/[^\\s%]*$',
      description:
        'Directory of the repository; each node keeps its sys_rman.conf in a directory of the same name. A new path is a new repository: the old one stays as it is.',
      'x-default': '<home of the OS user>/kbbr_repo',
      'x-change': 'reload',
      'x-source': 'sys_backup.conf _repo_path',
    },
    stanza: {
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
      default: 'kingbase',
      description: 'Name of the cluster in the repository. Another name begins anew.',
      'x-change': 'reload',
      'x-source': 'sys_backup.conf _stanza_name',
    },
    s3: {
      ...objectStore,
      description:
        'The repository lies in an object store, reached through the repository node (newerKeys). Its keys are secrets: kingbase:backupSecrets.',
      'x-default': 'a directory',
      'x-change': 'reload',
      'x-source': 'sys_backup.conf _repo_type',
    },
    secondary: {
      type: 'array',
      default: [],
      maxItems: 7,
      description:
        'Further directories on the repository node, on disks of their own, that get every WAL segment and every backup too, one after the other (newerKeys). `--repo` is upstream’s option for that; what the fork’s multi-repo calls it is not established: try it before you rely on it.',
      'x-change': 'reload',
      'x-source': 'facts: multi-repo',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          node: {
            type: 'string',
            minLength: 1,
            description: 'Name of the repository node.',
            'x-default': 'the node of the first repository, with s3',
            'x-change': 'reload',
            'x-source': 'sys_backup.conf _repo_ip',
          },
          path: {
            type: 'string',
            pattern: '^/[^\\s%]*$',
            description: 'Directory, or path below the bucket.',
            'x-default': 'that of the first repository',
            'x-change': 'reload',
            'x-source': 'sys_backup.conf _repo_path',
          },
          s3: {
            ...objectStore,
            description: 'An object store.',
            'x-default': 'a directory',
            'x-change': 'reload',
            'x-source': 'sys_backup.conf _repo_type',
          },
        },
      },
    },
    encryption: {
      enum: ['none', 'aes-256-cbc'],
      default: 'none',
      description:
        'Of everything in the repository; the passphrase is a secret (kingbase:backupSecrets.passphrase) and cannot be changed later. Lost passphrase: lost backups.',
      'x-change': 'reload',
      'x-source': 'sys_backup.sh -c, sys_rman.conf repo1-cipher-type',
    },
    schedule: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: `When the jobs run, in the time zone of the node. Forms: ${SCHEDULE_FORMS}.`,
      properties: {
        full: {
          ...schedule,
          default: 'weekly on Sunday 02:00',
          description: 'Full backups.',
          'x-change': 'reload',
          'x-source': 'sys_backup.conf _crond_full_days',
        },
        differential: {
          ...schedule,
          default: 'never',
          description: 'What changed since the last full backup.',
          'x-change': 'reload',
          'x-source': 'sys_backup.conf _crond_diff_days',
        },
        incremental: {
          ...schedule,
          default: 'daily 04:00',
          description: 'What changed since the last backup.',
          'x-change': 'reload',
          'x-source': 'sys_backup.conf _crond_incr_days',
        },
      },
    },
    retention: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'How long backups are kept. A shorter window removes backups at the next one.',
      properties: {
        windowDays: {
          type: 'integer',
          minimum: 1,
          maximum: 3650,
          default: 14,
          'x-unit': 'd',
          description: 'A restore must reach back so far.',
          'x-change': 'reload',
          'x-source': 'ours',
        },
        fullBackups: {
          type: 'integer',
          minimum: 1,
          maximum: 9999,
          description: 'Full backups that are kept.',
          'x-default': 'what the window needs',
          'x-change': 'reload',
          'x-source': 'sys_rman.conf repo1-retention-full',
        },
      },
    },
    resources: backupResourcesSchema,
    verify: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'Reads the whole repository and compares checksums.',
      properties: {
        schedule: {
          ...schedule,
          default: 'daily 06:00',
          description: `When it runs. Forms: ${SCHEDULE_FORMS}.`,
          'x-change': 'reload',
          'x-source': 'ours',
        },
        maxAgeHours: {
          type: 'integer',
          minimum: 1,
          maximum: 87600,
          default: 48,
          'x-unit': 'h',
          description: 'Age of the last good verify above which the cluster is not armed.',
          'x-change': 'reload',
          'x-source': 'ours',
        },
      },
    },
    drill: backupDrillSchema,
    vendorCronLines: {
      enum: ['refuse', 'replace'],
      default: 'refuse',
      description:
        'Lines that `sys_backup.sh start` put into cron for this stanza. refuse: an error that shows them beside ours; replace: they are taken out, and kept in our ledger on the node.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    newerKeys: {
      type: 'boolean',
      description:
        'The build knows the keys of C8 and later: bandwidth, disk limits, io-timeout, perNode, S3, more than one repository.',
      'x-default': 'true for V9, else false',
      'x-change': 'reload',
      'x-source': 'facts: newer rows',
    },
    parameters: {
      ...settings,
      description: 'sys_rman.conf keys beyond ours, by name; checked against the table in parameters-sys_rman.md.',
      'x-change': 'reload',
      'x-source': 'sys_rman.conf',
    },
  },
} as const;
