// What a user may write for nodes on AWS: the one description that ajv checks and that gives the type.
import type { FromSchema } from 'json-schema-to-ts';

const text = { type: 'string', minLength: 1 } as const;
const tags = { type: 'object', additionalProperties: { type: 'string' } } as const;

const volume = (sizeGiB: number, what: string) =>
  ({
    type: 'object',
    additionalProperties: false,
    default: {},
    description: `${what}: a gp3 volume of its own, encrypted, kept when its instance or the stack goes.`,
    properties: {
      sizeGiB: { type: 'integer', minimum: 1, maximum: 65536, default: sizeGiB, 'x-unit': 'GiB', description: 'Size.' },
      iops: {
        type: 'integer',
        minimum: 3000,
        maximum: 80000,
        default: 3000,
        description: 'Operations per second; 3000 are in the price of the size.',
      },
      throughputMiBps: {
        type: 'integer',
        minimum: 125,
        maximum: 2000,
        default: 125,
        'x-unit': 'MiB/s',
        description: 'Throughput; 125 are in the price of the size.',
      },
      filesystem: {
        enum: ['ext4', 'xfs'],
        default: 'ext4',
        description: 'File system, made once, on an empty volume only.',
      },
      mountOptions: {
        ...text,
        default: 'noatime',
        description: 'Options of the mount; what decides about a start without the volume is added.',
      },
      instanceStore: {
        type: 'boolean',
        default: false,
        description: 'Disks of the instance itself lose their data when it stops: refused for data.',
      },
    },
  }) as const;

const fullness = (percent: number) =>
  ({
    type: 'integer',
    minimum: 10,
    maximum: 99,
    default: percent,
    'x-unit': '%',
    description: 'Share that may be used.',
  }) as const;

const image = {
  type: 'object',
  additionalProperties: false,
  description: 'The machine image: an id, or a filter that is looked up at each preview (the newest that fits).',
  properties: {
    id: {
      type: 'string',
      pattern: '^ami-[0-9a-f]{8,17}$',
      description: 'Id of the image, for example ami-0123456789abcdef0.',
    },
    owner: { ...text, description: 'Account id or alias of the owner; with `name`.' },
    name: { ...text, description: 'Pattern of the name; with `owner`.' },
  },
} as const;

export const awsNodesSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['region', 'image', 'network', 'nodes', 'administrators'],
  properties: {
    region: {
      type: 'string',
      pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]+$',
      description: 'AWS region, for example cn-north-1.',
    },
    production: {
      type: 'boolean',
      default: true,
      description: 'Production: one zone, no key of your own and missing alarms are refused. false: they are taken.',
    },
    image,
    instanceType: { ...text, default: 'm7i.xlarge', description: 'Instance type of nodes whose own is not given.' },
    network: {
      type: 'object',
      additionalProperties: false,
      description: 'A VPC of the module’s own (`cidr`, `zones`), or a given one (`vpcId`, `subnets`).',
      properties: {
        cidr: { ...text, description: 'Network of the VPC that is made, for example 10.20.0.0/16.' },
        zones: {
          type: 'array',
          items: text,
          uniqueItems: true,
          minItems: 1,
          maxItems: 6,
          description: 'Availability zones, a subnet in each.',
        },
        subnetBits: {
          type: 'integer',
          minimum: 16,
          maximum: 27,
          default: 24,
          description: 'Prefix length of these subnets.',
        },
        routes: {
          type: 'array',
          default: [],
          description:
            'Ways out of the VPC that is made, by transit gateways, to which it is attached: none by default. Anything else (a peering, NAT, an internet gateway) needs the VPC first: make it yourself, and give `vpcId` and `subnets`.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['cidr', 'transitGatewayId'],
            properties: {
              cidr: { ...text, description: 'Destination.' },
              transitGatewayId: { type: 'string', pattern: '^tgw-[0-9a-f]+$', description: 'Transit gateway.' },
            },
          },
        },
        vpcId: { type: 'string', pattern: '^vpc-[0-9a-f]+$', description: 'Id of the VPC that is there.' },
        subnets: {
          type: 'array',
          minItems: 1,
          maxItems: 16,
          description: 'Subnets that are there, with zone and network, so that nothing must be looked up at a preview.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['id', 'zone', 'cidr'],
            properties: {
              id: { type: 'string', pattern: '^subnet-[0-9a-f]+$', description: 'Id of the subnet.' },
              zone: { ...text, description: 'Its availability zone.' },
              cidr: { ...text, description: 'Its network.' },
            },
          },
        },
        apiNetworks: {
          type: 'array',
          items: text,
          default: [],
          maxItems: 32,
          description:
            'Networks of the interface endpoints through which the AWS APIs are reached (port 443, no proxy), where this module makes no endpoint of its own; never everybody.',
        },
        monitoringService: {
          ...text,
          'x-default': 'com.amazonaws.REGION.monitoring',
          description:
            'Service name of the interface endpoint of CloudWatch. The default rests on how AWS names services; where a region calls it otherwise (aws ec2 describe-vpc-endpoint-services), say how.',
        },
        publicAddresses: {
          type: 'boolean',
          default: false,
          description:
            'Give instances a public address; in a given VPC only, one that is made here has no internet gateway. A policy refuses it unless waived.',
        },
      },
    },
    nodes: {
      type: 'array',
      minItems: 1,
      maxItems: 32,
      description: 'The nodes.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { ...text, description: 'As in nodes[].name of the cluster.' },
          role: {
            enum: ['database', 'witness', 'repository'],
            default: 'database',
            description: 'Role in the cluster.',
          },
          id: { type: 'integer', minimum: 1, maximum: 32767, description: 'repmgr node_id.' },
          priority: { type: 'integer', minimum: 0, maximum: 1000, description: 'Promotion priority.' },
          zone: { ...text, description: 'Availability zone; without it the zones are taken in turn, by role.' },
          host: {
            type: 'integer',
            minimum: 4,
            maximum: 1022,
            description: 'Number of its address in the subnet; without it 10 and on.',
          },
          instanceType: { ...text, description: 'Instance type.' },
          image,
        },
      },
    },
    replace: {
      type: 'array',
      default: [],
      items: text,
      description:
        'The one node whose protection is lifted and which may be made anew with another image, type or user data. Its volumes stay. ' +
        'Refused while it is the primary, while no primary is to be seen, or while another standby does not follow.',
    },
    replaceUnchecked: {
      type: 'array',
      default: [],
      items: text,
      description:
        'Nodes of `replace` that are made anew also where the cluster cannot be looked at or another standby does not follow. One that is seen to be the primary never is.',
    },
    administrators: {
      type: 'array',
      items: text,
      minItems: 1,
      maxItems: 32,
      description: 'Networks that may reach ssh: where Pulumi runs, bastions.',
    },
    netDevice: { ...text, default: 'ens5', description: 'Network device of the nodes, as their system calls it.' },
    loginUser: { ...text, default: 'ops', description: 'User that is made for us, with sudo.' },
    volumes: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'Volumes by use.',
      properties: {
        rootGiB: {
          type: 'integer',
          minimum: 8,
          maximum: 16384,
          default: 30,
          'x-unit': 'GiB',
          description: 'Root volume; goes with its instance.',
        },
        data: volume(100, 'Data directory'),
        wal: volume(50, 'WAL'),
        backup: volume(300, 'Backups, on the repository node'),
      },
    },
    kmsKeyId: {
      type: 'string',
      pattern: '^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$',
      description: 'ARN of the KMS key of volumes and bucket. Needed in production.',
    },
    endpoint: {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      description: 'The address of the primary. Without it clients try all nodes.',
      properties: {
        kind: {
          enum: ['loadBalancer', 'secondaryAddress', 'dnsRecord'],
          description: 'Way the address follows the primary.',
        },
        host: {
          type: 'integer',
          minimum: 4,
          maximum: 1022,
          default: 9,
          description: 'Number of its address in each subnet (loadBalancer), or in the one subnet (secondaryAddress).',
        },
        recordName: { ...text, description: 'Full name of the record (dnsRecord).' },
        zoneId: { type: 'string', pattern: '^[A-Z0-9]{4,32}$', description: 'Hosted zone (dnsRecord).' },
        ttlSeconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3600,
          default: 5,
          'x-unit': 's',
          description: 'TTL of the record.',
        },
        checkIntervalSeconds: {
          type: 'integer',
          minimum: 5,
          maximum: 300,
          default: 5,
          'x-unit': 's',
          description: 'Pause between health checks.',
        },
      },
    },
    repository: {
      type: 'object',
      additionalProperties: false,
      description:
        'Backups in a bucket (V9: sys_rman of the newer builds). Without it: on the volume of the repository node.',
      required: ['bucket'],
      properties: {
        bucket: {
          type: 'string',
          pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
          description: 'Name of the bucket that is made.',
        },
        objectLockDays: {
          type: 'integer',
          minimum: 1,
          maximum: 3650,
          'x-unit': 'd',
          description: 'Nobody deletes a version that is younger; only for a new bucket.',
        },
        lockMode: {
          enum: ['GOVERNANCE', 'COMPLIANCE'],
          default: 'GOVERNANCE',
          description: 'COMPLIANCE: not even the root user.',
        },
      },
    },
    alarms: {
      type: 'object',
      additionalProperties: false,
      required: ['topicArn'],
      description: 'CloudWatch alarms, sent to a topic that is there.',
      properties: {
        topicArn: { type: 'string', pattern: '^arn:aws(-cn|-us-gov)?:sns:', description: 'ARN of the SNS topic.' },
        nodeMetrics: {
          type: 'boolean',
          default: true,
          description:
            'Nodes report once a minute how full their volumes are and how old the last good backup is: EC2 sees neither. false: no alarm of either.',
        },
        diskUsedPercent: {
          type: 'object',
          additionalProperties: false,
          default: {},
          description:
            'How full a volume may be, of bytes or of inodes; above it, or without a report for five minutes, the alarm rings.',
          properties: { data: fullness(80), wal: fullness(80), backup: fullness(85) },
        },
        backupMaxAgeHours: {
          type: 'integer',
          minimum: 1,
          maximum: 8784,
          'x-unit': 'h',
          'x-default': 'longest time between two backups of the schedule, and 2 h',
          description:
            'How old the last good backup may be, whichever kind; above it, without any yet, or without a report for five minutes, the alarm rings.',
        },
      },
    },
    tags: { ...tags, default: {}, description: 'Tags of every resource.' },
  },
} as const;

/** As a user writes it. */
export type AwsNodesInput = FromSchema<typeof awsNodesSchema, { keepDefaultedPropertiesOptional: true }>;
/** With defaults filled in. */
export type AwsNodesFilled = FromSchema<typeof awsNodesSchema>;
