// Schema of what nodes report about themselves to a cloud that cannot see it from outside: how full their volumes are, how old the last good backup is.

export const metricsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'region', 'namespace'],
  description:
    'Once a minute each node reports how full its volumes are, and where backups run, how old the last good one is; alarms rest on it. AwsNodes fills it in.',
  'x-change': 'reload',
  properties: {
    kind: {
      enum: ['cloudWatch'],
      description: 'cloudWatch: PutMetricData, with the role of the instance.',
      'x-change': 'reload',
      'x-source': 'CloudWatch API',
    },
    region: {
      type: 'string',
      pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]+$',
      description: 'AWS region of the nodes.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    namespace: {
      type: 'string',
      pattern: '^(?!AWS/)[A-Za-z0-9._/#:-]{1,255}$',
      description:
        'Namespace of the metrics: DiskUsedPercent (dimensions Node, Volume) and BackupAgeSeconds (dimension Node). The role of the nodes should be limited to it.',
      'x-change': 'reload',
      'x-source': 'CloudWatch API',
    },
    volumes: {
      type: 'array',
      maxItems: 16,
      default: [],
      description: 'Volumes that are looked at. One that is not mounted is not reported, and its alarm rings.',
      'x-change': 'reload',
      'x-source': 'ours',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'mountPoint', 'roles'],
        properties: {
          name: {
            type: 'string',
            pattern: '^[a-z]{1,32}$',
            description: 'Value of the dimension Volume.',
            'x-change': 'reload',
            'x-source': 'ours',
          },
          mountPoint: {
            type: 'string',
            pattern: '^/[A-Za-z0-9._/-]+$',
            description: 'Where it is mounted.',
            'x-change': 'reload',
            'x-source': 'ours',
          },
          roles: {
            type: 'array',
            minItems: 1,
            items: { enum: ['database', 'witness', 'repository'] },
            description: 'Roles of the nodes that have it.',
            'x-change': 'reload',
            'x-source': 'ours',
          },
        },
      },
    },
  },
} as const;
