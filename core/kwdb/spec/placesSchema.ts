// Schema of the places off the machine: a second machine by ssh, an object store.
import { nodeSchema } from '../../spec/schema/nodes';

export const offMachineSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['host', 'hostKey', 'directory'],
  description:
    'Second place of every good run, over ssh with a pinned key (rsync where both hosts have it, else tar), proved by its checksums there. nodelocal lies in the data directory of the very node that it protects (facts 2).',
  properties: {
    host: {
      type: 'string',
      minLength: 1,
      description: 'Address of the machine that keeps the copies.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 22,
      description: 'Its ssh port.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    user: {
      type: 'string',
      minLength: 1,
      default: 'kwdbbackup',
      description: 'Login user there. The public key of the node (output publicKey) goes into its authorized_keys.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    hostKey: nodeSchema.properties.hostKey,
    directory: {
      type: 'string',
      minLength: 1,
      description: 'Absolute directory there, made if it is missing; one for each cluster.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    keepDays: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: 30,
      'x-unit': 'days',
      description: 'How long copies stay there.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
  },
} as const;

export const objectStoreSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['endpoint', 'region', 'bucket'],
  description:
    'A place of every good run in an object store that speaks S3 (path style, Signature Version 4): every object is read back and compared with the manifest, which goes last. It needs python3 on the node, and the key of the store as a secret: kingbase:kwdbObjectStoreKey, with id and secret. Beside offMachine, or in its place.',
  properties: {
    endpoint: {
      type: 'string',
      pattern: '^https?://[^/\\s]+$',
      description: 'https://host or https://host:port, no path: that of the cloud, or of a store in a closed network.',
      'x-change': 'reload',
      'x-source': 'S3 API',
    },
    region: {
      type: 'string',
      pattern: '^[A-Za-z0-9-]+$',
      description: 'Region, as the store calls it; MinIO takes us-east-1 unless it was given another.',
      'x-change': 'reload',
      'x-source': 'S3 API: scope of a signature',
    },
    bucket: {
      type: 'string',
      minLength: 1,
      description: 'Bucket; it must exist. The key needs to put, get, list and (with keepDays) delete in it.',
      'x-change': 'reload',
      'x-source': 'S3 API',
    },
    prefix: {
      type: 'string',
      minLength: 1,
      description: 'Below it lie the runs, one for each cluster.',
      'x-default': '<name>',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    plainHttp: {
      type: 'boolean',
      default: false,
      description: 'Take an endpoint without TLS, where whoever reads the network reads the rows.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    caFile: {
      type: 'string',
      minLength: 1,
      description: 'Certificates (PEM) on the node that the endpoint is checked by.',
      'x-default': 'those that the host trusts',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    keepDays: {
      type: 'integer',
      minimum: 0,
      maximum: 3650,
      default: 30,
      'x-unit': 'days',
      description:
        'How long runs stay there; 0: nothing is deleted by us, the rules of the bucket do it (object lock, lifecycle).',
      'x-change': 'reload',
      'x-source': 'ours',
    },
  },
} as const;
