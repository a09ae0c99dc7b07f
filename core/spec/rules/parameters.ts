// The free-form settings: each by its table, then together with what they must fit.
import type { Finding } from '../../finding';
import { checkParameters, findParameter } from '../../parameters/checkParameters';
import { parseValue } from '../../parameters/settingValue';
import type { ClusterSpec } from '../types';
import type { Rule } from './rule';

export const parameters: Rule = (spec) => [
  ...checkParameters('kingbase', spec.database.parameters, spec.version),
  ...checkParameters('repmgr', spec.repmgrParameters, spec.version),
  ...checkParameters('sysRman', spec.backup?.parameters ?? {}, spec.version),
  ...synchronousCommit(spec),
  ...senders(spec),
  ...reserved(spec),
  ...rejoinTimes(spec),
];

/** A number that the user gave, in the base unit of its parameter; undefined where none or no number was given. */
function given(spec: ClusterSpec, name: string): number | undefined {
  return read(spec.database.parameters, 'kingbase', name);
}

function read(values: Readonly<Record<string, string>>, file: 'kingbase' | 'repmgr', name: string): number | undefined {
  const text = Object.hasOwn(values, name) ? values[name] : undefined;
  const parameter = findParameter(file, name);
  if (text === undefined || parameter === undefined) return undefined;
  const parsed = parseValue(parameter, text);
  return parsed.ok ? Number(parsed.canonical) : undefined;
}

function synchronousCommit(spec: ClusterSpec): Finding[] {
  const value = spec.database.parameters['synchronous_commit']?.trim().toLowerCase();
  if (
    value === undefined ||
    spec.replication.synchronous === 'async' ||
    !['off', 'local', 'false', 'no', '0'].includes(value)
  )
    return [];
  return [
    {
      code: 'spec/synchronous-commit',
      path: 'database.parameters.synchronous_commit',
      message: `${value} lets no commit wait for a standby, while replication.synchronous is ${spec.replication.synchronous}`,
      hint: 'choose on, remote_write or remote_apply; or set replication.synchronous to async, so that the budget says what can be lost. A single role or transaction may still SET it.',
    },
  ];
}

// Each standby has a walsender and a slot; a clone takes two senders more, a backup one.
function senders(spec: ClusterSpec): Finding[] {
  const nodes = spec.nodes.filter((node) => node.role === 'database').length;
  const findings: Finding[] = [];
  const slots = given(spec, 'max_replication_slots');
  const walSenders = given(spec, 'max_wal_senders');
  if (slots !== undefined && slots < nodes) {
    findings.push({
      code: 'spec/too-few-slots',
      path: 'database.parameters.max_replication_slots',
      message: `${slots} is below the ${nodes} slots that ${nodes} database nodes need`,
      hint: `choose at least ${nodes + 2}, so that a node can be added without a restart.`,
    });
  }
  if (walSenders !== undefined && walSenders < nodes + 2) {
    findings.push({
      code: 'spec/too-few-senders',
      path: 'database.parameters.max_wal_senders',
      message: `${walSenders} is below the ${nodes + 2} that ${nodes} database nodes need (one for each standby, two for a clone, one for a backup)`,
      hint: `choose at least ${nodes + 4}; the vendor’s installer writes 32.`,
    });
  }
  return findings;
}

function reserved(spec: ClusterSpec): Finding[] {
  const connections = given(spec, 'max_connections') ?? 100;
  const kept = given(spec, 'superuser_reserved_connections') ?? 3;
  const findings: Finding[] = [];
  if (kept >= connections) {
    findings.push({
      code: 'spec/too-few-connections',
      path: 'database.parameters.superuser_reserved_connections',
      message: `${kept} is not below max_connections (${connections})`,
      hint: 'the server would not start; the default is 3.',
    });
  }
  const minimum = given(spec, 'min_wal_size') ?? 80;
  const maximum = given(spec, 'max_wal_size') ?? 1024;
  if (minimum > maximum) {
    findings.push({
      code: 'spec/wal-sizes',
      path: 'database.parameters.min_wal_size',
      message: `${minimum} MB is above max_wal_size (${maximum} MB)`,
      hint: 'choose it at most as large.',
    });
  }
  return findings;
}

function rejoinTimes(spec: ClusterSpec): Finding[] {
  const reconnect = read(spec.repmgrParameters, 'repmgr', 'standby_reconnect_timeout') ?? 60;
  const rejoin = read(spec.repmgrParameters, 'repmgr', 'node_rejoin_timeout') ?? 60;
  if (rejoin <= reconnect) return [];
  return [
    {
      code: 'spec/rejoin-times',
      path: 'repmgrParameters.node_rejoin_timeout',
      message: `${rejoin} s is above standby_reconnect_timeout (${reconnect} s)`,
      hint: 'repmgr refuses such a file: choose standby_reconnect_timeout at least as long.',
    },
  ];
}
