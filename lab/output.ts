// What `up` prints at its end, and the list of faults: words for people, kept apart from the doing.
import { dirname } from 'node:path';
import { formatBudget } from '../core/budget/formatBudget';
import type { Budget } from '../core/budget/types';
import type { ClusterStatusReport } from '../core/observe/clusterReport';
import { FAULTS } from './faults/index';
import { DEFAULT_NAME, FORMS } from './forms';
import type { Manifest, ManifestNode } from './manifest';
import { statusTable, table } from './status';

export function upText(
  manifest: Manifest,
  report: ClusterStatusReport,
  outputs: Readonly<Record<string, unknown>>,
): string {
  const parts = [
    'topology',
    indent(machines(manifest)),
    ...endpoints(outputs),
    ...budget(outputs['budget']),
    'observed now',
    indent(statusTable(report)),
    'go on with',
    indent(nextSteps(manifest)),
  ];
  return `${parts.join('\n')}\n`;
}

function machines(manifest: Manifest): string {
  const rows = manifest.nodes.map((node) => [node.name, node.host, node.role]);
  return table([...rows, ['trusted server', manifest.gateway, `bridge ${manifest.bridge}`]]).join('\n');
}

function nextSteps(manifest: Manifest): string {
  const name = manifest.name === DEFAULT_NAME ? [] : ['--name', manifest.name];
  const command = (script: string, ...words: readonly string[]): string => {
    // Before the node: what follows it in lab:shell is a command for the node.
    const all = [...name, ...words];
    return `npm run ${script}${all.length === 0 ? '' : ` -- ${all.join(' ')}`}`;
  };
  return table([
    [command('lab:status'), 'the cluster as it is now'],
    [command('lab:shell', manifest.nodes[0]?.name ?? 'node1'), 'a shell on a node'],
    [command('lab:fault', 'kill-primary'), 'break something; --list shows what'],
    [command('lab:down'), 'take it all away'],
  ]).join('\n');
}

const ENDPOINTS = ['readWriteEndpoint', 'readOnlyEndpoint', 'multiHostUri', 'jdbcUrl'];

/** Outputs of the program; what it does not give is left out. */
function endpoints(outputs: Readonly<Record<string, unknown>>): readonly string[] {
  const rows = ENDPOINTS.flatMap((name) => (typeof outputs[name] === 'string' ? [[name, outputs[name]]] : []));
  return rows.length === 0 ? [] : ['endpoints', indent(table(rows).join('\n'))];
}

function budget(value: unknown): readonly string[] {
  return value === undefined ? [] : ['recovery budget', indent(formatBudget(value as Budget, 'en'))];
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

export function faultList(): string {
  const rows = FAULTS.map((fault) => {
    const target = fault.target === 'node' ? `${fault.name} <node>` : fault.name;
    return [target, fault.undo === undefined ? 'event' : 'lasting', fault.description];
  });
  return `${table(rows).join('\n')}\n`;
}

export function machinesText(manifest: Manifest, running: readonly string[]): string {
  const rows = manifest.nodes.map((node) => [node.name, node.host, running.includes(node.name) ? 'on' : 'OFF']);
  const faults = manifest.faults.map((fault) => {
    const options = Object.entries(fault.options).map(([key, value]) => ` ${key} ${value}`);
    return `active fault: ${fault.name}${fault.node === undefined ? '' : ` on ${fault.node}`}${options.join('')}, since ${fault.since}`;
  });
  return `${[...table([['machine', 'host', 'power'], ...rows]), ...faults].join('\n')}\n`;
}

export function downText(name: string, wasThere: boolean, others: readonly string[]): string {
  const gone = wasThere ? `nothing is left of lab "${name}"` : `there was no lab "${name}"`;
  return others.length === 0 ? gone : `${gone}; other labs on this machine, untouched: ${others.join(', ')}`;
}

/** Said before an interactive shell: the login user has neither the database's programs on its PATH nor its password file. */
export function shellHint({ prefix, user, form }: Manifest, { name }: ManifestNode): string {
  if (form === 'kwdb')
    return `${name}: you are ${user}, with sudo. KWDB's stand-in: sudo kw-sql; systemctl status kaiwudb\n`;
  if (form === 'v8r3')
    return `${name}: you are ${user}, with sudo. Logs: ${dirname(prefix)}/log. The pool: echo 'show pool_nodes' | sudo -iu kingbase ${prefix}/bin/ask pool\n`;
  const database = FORMS[form].version === 'V8R6' ? 'test' : 'kingbase';
  return [
    `${name}: you are ${user}, with sudo. As the owner of the database, with its programs on PATH:`,
    `  sudo -iu kingbase env PATH=${prefix}/bin:/usr/bin:/bin bash`,
    `  repmgr cluster show; ksql -h 127.0.0.1 -p 54321 -U system -d ${database}`,
    '',
  ].join('\n');
}

export function unreachableHint(manifest: Manifest, node: string): string {
  const cut = manifest.faults.filter((fault) => fault.name === 'partition' && fault.node === node).length > 0;
  const name = manifest.name === DEFAULT_NAME ? '' : ` --name ${manifest.name}`;
  const why = cut ? `${node} is cut off (fault partition)` : `${node} does not answer ssh`;
  return `${why}\nHINT: A way in without its network: npm run lab:exec --${name} ${node} <command>; what is active: npm run lab:status${name === '' ? '' : ` --${name}`}\n`;
}
