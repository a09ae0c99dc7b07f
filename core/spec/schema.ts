// What a user may write under `kingbase:cluster`: the one description that ajv checks, that gives the type and the reference page.
import type { FromSchema } from 'json-schema-to-ts';
import {
  archiveSchema,
  clientsSchema,
  databaseSchema,
  replicationSchema,
  repmgrParametersSchema,
} from './schema/database';
import { backupSchema } from './schema/backup';
import { endpointSchema } from './schema/endpoint';
import { failoverSchema, remoteChannelSchema, rolloutSchema, virtualIpSchema } from './schema/failover';
import { directoriesSchema, installSchema, osSchema, preflightSchema } from './schema/host';
import { metricsSchema } from './schema/metrics';
import { connectionSchema, nodeSchema } from './schema/nodes';

export const clusterSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'kingbase:cluster',
  type: 'object',
  additionalProperties: false,
  required: ['nodes'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description:
        'Name of the cluster, at most 32 characters: directories, firewall zone and resources are called after it.',
      'x-default': 'name of the Pulumi resource',
      'x-change': 'replace',
      'x-source': 'ours',
    },
    version: {
      enum: ['V8R6', 'V9'],
      default: 'V8R6',
      description: 'Product generation; decides cron form, securecmdd paths, archive defaults and the rights of esrep.',
      'x-change': 'replace',
      'x-source': 'facts: V8R6 to V9',
    },
    nodeSource: {
      type: ['object', 'string'],
      description:
        'Where the hosts come from. `existing`: `nodes` gives address and host key of each. `{kind: lab, name: lab}`: the manifest of that lab ' +
        'on this machine gives address, host key, role, network device and the login; `nodes` then only picks among its nodes by name and adds to ' +
        'them. Resolved before everything else.',
      'x-default': 'existing hosts',
      'x-change': 'none',
      'x-source': 'ours',
    },
    nodes: {
      type: 'array',
      minItems: 1,
      maxItems: 64,
      items: nodeSchema,
      description: 'The hosts.',
    },
    connection: connectionSchema,
    install: installSchema,
    os: osSchema,
    directories: directoriesSchema,
    database: databaseSchema,
    replication: replicationSchema,
    failover: failoverSchema,
    virtualIp: virtualIpSchema,
    endpoint: endpointSchema,
    metrics: metricsSchema,
    remoteChannel: remoteChannelSchema,
    clients: clientsSchema,
    archive: archiveSchema,
    backup: backupSchema,
    repmgrParameters: repmgrParametersSchema,
    rollout: rolloutSchema,
    preflight: preflightSchema,
  },
} as const;

/** The shape before defaults, as a user writes it; for programs that call `new kingbase.ha.Cluster(name, args)`. */
export type ClusterInput = FromSchema<typeof clusterSchema, { keepDefaultedPropertiesOptional: true }>;
