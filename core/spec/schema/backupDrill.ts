// `backup.drill`: how restores are proved.
import { SCHEDULE_FORMS } from '../../backup/schedule';
import { schedule } from './scheduleField';

export const backupDrillSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'A restore of the newest backup into a directory of its own on the repository node, checked and removed again.',
  properties: {
    schedule: {
      ...schedule,
      default: 'monthly on 1 05:00',
      description: `When it runs. Forms: ${SCHEDULE_FORMS}.`,
      'x-change': 'reload',
      'x-source': 'ours',
    },
    directory: {
      type: 'string',
      pattern: '^/',
      description: 'Where the copy lies meanwhile: room for the whole database is needed.',
      'x-default': '<path>-drill',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    port: {
      type: 'integer',
      minimum: 1024,
      maximum: 65535,
      default: 54399,
      description: 'Of the restored server; it listens on a unix socket only.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    tables: {
      type: 'array',
      items: { type: 'string', pattern: '^[^.\\s]+\\.[^.\\s]+\\.[^.\\s]+$' },
      default: [],
      description: 'database.schema.table: their rows are counted at the source and in the copy.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    checks: {
      type: 'array',
      default: [],
      description: 'Queries that the copy must answer.',
      'x-change': 'reload',
      'x-source': 'ours',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'query'],
        properties: {
          name: {
            type: 'string',
            minLength: 1,
            description: 'Shown in the record.',
            'x-change': 'reload',
            'x-source': 'ours',
          },
          database: {
            type: 'string',
            minLength: 1,
            description: 'Database that is asked.',
            'x-default': 'test on V8R6, kingbase on V9',
            'x-change': 'reload',
            'x-source': 'ours',
          },
          query: {
            type: 'string',
            minLength: 1,
            description: 'One SELECT; the first column of its first row counts.',
            'x-change': 'reload',
            'x-source': 'ours',
          },
          expected: {
            type: 'string',
            description: 'The text that must come; without it the query must only succeed.',
            'x-default': 'none',
            'x-change': 'reload',
            'x-source': 'ours',
          },
        },
      },
    },
    timeoutSeconds: {
      type: 'integer',
      minimum: 60,
      maximum: 604800,
      default: 14400,
      'x-unit': 's',
      description: 'After that the drill counts as failed.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    maxAgeDays: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: 35,
      'x-unit': 'd',
      description: 'Age of the last good drill above which the cluster is not armed.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
  },
} as const;
