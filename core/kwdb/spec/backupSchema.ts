// Schema of `backup`: what is exported, when, where its copy goes, and how long runs are kept.
import { objectStoreSchema, offMachineSchema } from './placesSchema';

const databaseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description: 'Name of the database, as SHOW DATABASES has it.',
      'x-change': 'reload',
      'x-source': 'EXPORT FROM DATABASE',
    },
    tables: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description:
        'Only these tables of it, each for itself; `schema.table` outside public. Empty: the whole database.',
      'x-change': 'reload',
      'x-source': 'EXPORT FROM TABLE',
    },
    schemas: {
      type: 'array',
      items: { type: 'string' },
      default: ['public'],
      description:
        'Schemas of a relational database whose tables are counted; a file of another one makes the run bad.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
  },
} as const;

export const kwdbBackupSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['databases'],
  description:
    'Logical backups by EXPORT: the only kind that the open-source build has, full each time, without a point in time.',
  properties: {
    databases: { type: 'array', maxItems: 1000, items: databaseSchema, description: 'What is exported.' },
    node: {
      type: 'string',
      minLength: 1,
      description: 'Name of the node that runs it and holds the runs.',
      'x-default': 'the first node',
      'x-change': 'replace',
      'x-source': 'ours',
    },
    schedule: {
      type: 'string',
      minLength: 1,
      default: 'daily 02:30',
      description:
        'When: daily 04:00; weekly on Sunday 02:00; Monday, Thursday 02:00; monthly on 1 03:00; every 6 hours. A systemd timer: KWDB refuses to schedule EXPORT (0A000).',
      'x-change': 'reload',
      'x-source': 'facts 0.11',
    },
    verifySchedule: {
      type: 'string',
      minLength: 1,
      default: 'daily 05:30',
      description:
        'When the newest good run is read again, here and at every place off this machine, against its manifest: forms as of schedule, or never.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    directory: {
      type: 'string',
      minLength: 1,
      description: 'Directory of the runs, below <store>/extern, which is the root of nodelocal.',
      'x-default': 'pulumi-kwdb/<name>',
      'x-change': 'none',
      'x-source': '--external-io-dir',
    },
    externalDirectory: {
      type: 'string',
      minLength: 1,
      description: 'Root of nodelocal, where the server was started with another --external-io-dir.',
      'x-default': '<store>/extern',
      'x-change': 'none',
      'x-source': '--external-io-dir',
    },
    users: {
      type: 'boolean',
      default: true,
      description: 'Users with it; EXPORT never writes passwords.',
      'x-change': 'reload',
      'x-source': 'EXPORT USERS',
    },
    clusterSettings: {
      type: 'boolean',
      default: true,
      description: 'Changed cluster settings with it.',
      'x-change': 'reload',
      'x-source': 'EXPORT CLUSTER SETTING',
    },
    charset: {
      enum: ['UTF-8', 'GBK', 'GB18030', 'BIG5'],
      default: 'UTF-8',
      description: 'Of the CSV files; other spellings are refused by the server (22023).',
      'x-change': 'reload',
      'x-source': 'EXPORT charset',
    },
    chunkRows: {
      type: 'integer',
      minimum: 0,
      maximum: 100000,
      default: 100000,
      description: 'Rows in one CSV file, 0 for no limit.',
      'x-change': 'reload',
      'x-source': 'EXPORT chunk_rows',
    },
    timeoutSeconds: {
      type: 'integer',
      minimum: 60,
      maximum: 604800,
      default: 21600,
      'x-unit': 's',
      description: 'Longest time that a run may take.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    keepDays: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: 14,
      'x-unit': 'days',
      description: 'Runs older than this go.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    keepAtLeast: {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 3,
      description: 'So many good runs stay, however old they are.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    offMachine: offMachineSchema,
    objectStore: objectStoreSchema,
  },
} as const;
