// The reference pages, written from the schema and the tables: what the program checks is what the page says.
import { computeBudget } from '../budget/computeBudget';
import { formatBudget } from '../budget/formatBudget';
import { presets, type FailoverNumbers } from '../budget/presets';
import { kingbaseParameters } from '../parameters/kingbase';
import { repmgrParameters } from '../parameters/repmgr';
import { sysRmanParameters } from '../parameters/sysRman';
import { formatAmount } from '../parameters/settingValue';
import type { Parameter, ParameterTable } from '../parameters/types';
import { v8r3Schema } from '../v8r3/spec/schema';
import { kwdbSchema } from '../kwdb/spec/schema';
import { clusterSchema } from './schema';
import { parseClusterSpec } from './parseClusterSpec';
import { EXAMPLE } from './referenceExample';
import type { FailoverPreset } from './types';
import type { SchemaNode } from './validateShape';

const MARK = '<!-- Written by `npm run docs` from the sources; edits here are lost. -->';

/** File name under docs/reference/ to text. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'cluster.md': clusterPage(),
    'kwdb.md': kwdbPage(),
    'parameters-kingbase.md': parameterPage('Server parameters', KINGBASE_INTRO, kingbaseParameters),
    'parameters-repmgr.md': parameterPage('repmgr.conf parameters', REPMGR_INTRO, repmgrParameters),
    'parameters-sys_rman.md': parameterPage('sys_rman.conf parameters', SYS_RMAN_INTRO, sysRmanParameters),
    'presets.md': presetsPage(),
    'v8r3.md': v8r3Page(),
  };
}

function clusterPage(): string {
  const sections: string[] = [];
  collect(clusterSchema as SchemaNode, '', sections);
  return page('kingbase:cluster', [
    'The object under `kingbase:cluster` in the stack configuration, and the arguments of `new kingbase.ha.Cluster(name, args)`.',
    'Numbers carry their unit in the name and are written without it. Unknown keys are refused. Everything that is wrong is said at once, with path and hint.',
    'Change says what a changed value does: *reload* (files are written again, daemons and server reread them), *restart* (servers restart, standbys first), *replace* (the node or cluster is made anew; data is not carried over by us), *none* (only this program is concerned).',
    'Passwords and keys are secrets of their own: `kingbase:passwords` (`system`, `esrep`) and `kingbase:privateKey`.',
    ...sections,
    '## Example',
    '```yaml\n' + EXAMPLE.yaml + '```',
  ]);
}

function v8r3Page(): string {
  const sections: string[] = [];
  collect(v8r3Schema as SchemaNode, '', sections);
  return page('kingbase:v8r3', [
    'The object under `kingbase:v8r3` in the stack configuration, and the arguments of `new kingbase.v8r3.Cluster(name, args)`: an installed cluster of KingbaseES V8R3 (kingbasecluster).',
    'Numbers carry their unit in the name and are written without it. Unknown keys are refused. Everything that is wrong is said at once, with path and hint.',
    'Change says what it takes for a changed value to count: *reload* (databases are told to reread; the pool has to be, see docs/v8r3.md), *restart* (of the pool or the databases, by kingbase_monitor.sh restart; nothing of ours restarts them), *replace* (files move; data is not carried over by us), *none* (only this program is concerned).',
    'Passwords are secrets of their own: `kingbase:passwords` (`system`, `supermanager`, `pcp`, `watchdog`), as they are on the running cluster.',
    ...sections,
  ]);
}

function kwdbPage(): string {
  const sections: string[] = [];
  collect(kwdbSchema as SchemaNode, '', sections);
  return page('KWDB', [
    'The object `cluster` of `new kingbase.kwdb.WalSettings(name, { cluster })`; `wal`, `service` and `backup` are also the arguments of `WalSettings`, `Service` and `Backup`. What each level keeps stands in docs/kwdb.md.',
    'Numbers carry their unit in the name; the interval of checkpoints is a text with its unit. Unknown keys are refused. Everything that is wrong is said at once, with path and hint.',
    'Change: *reload* (files and settings are put in place, no server is restarted), *restart* (in effect with the next start of a server, which is yours to do), *replace* (the resource is made anew), *none* (only this program is concerned).',
    ...sections,
  ]);
}

/** One table per object, in the order of the schema; objects below come after. */
function collect(schema: SchemaNode, path: string, sections: string[]): void {
  const rows = Object.entries(schema.properties ?? {}).map(([name, child]) =>
    fieldRow(name, child, schema.required ?? []),
  );
  const title = path === '' ? 'Fields' : `\`${path}\``;
  const about = path === '' || schema.description === undefined ? [] : [escapeCell(schema.description)];
  sections.push(
    [`## ${title}`, ...about, table(['field', 'type', 'default', 'change', 'meaning', 'source'], rows)].join('\n\n'),
  );
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const here = path === '' ? name : `${path}.${name}`;
    const below =
      child.items?.properties !== undefined
        ? child.items
        : [child, ...(child.anyOf ?? [])].find((one) => one.properties !== undefined);
    if (below !== undefined) collect(below, child.items === undefined ? here : `${here}[]`, sections);
  }
}

function fieldRow(name: string, schema: SchemaNode, required: readonly string[]): string[] {
  const mandatory = required.includes(name) ? '**required**' : '';
  return [
    `\`${name}\``,
    typeText(schema),
    mandatory !== '' ? mandatory : defaultText(schema),
    schema['x-change-note'] ?? schema['x-change'] ?? '',
    schema.description ?? '',
    schema['x-source'] ?? '',
  ];
}

function typeText(schema: SchemaNode): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  const unit = schema['x-unit'] === undefined ? '' : ` ${schema['x-unit']}`;
  const range = schema.minimum === undefined ? '' : `, ${schema.minimum} to ${schema.maximum}${unit}`;
  if (schema.items !== undefined)
    return `list of ${schema.items.properties === undefined ? typeText(schema.items) : 'objects'}`;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return `${types.map((type) => TYPES[type]).join(' or ')}${range}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
};

function defaultText(schema: SchemaNode): string {
  if (schema['x-default'] !== undefined) return schema['x-default'];
  if (schema.default === undefined) return '';
  if (typeof schema.default === 'object') return schema.type === 'array' ? 'none' : '';
  return `\`${String(schema.default)}\``;
}

const SOURCES =
  'Source: D vendor documentation, S vendor script or template, F field report, U upstream (PostgreSQL 12, repmgr 5.0), I inferred.';
const KINGBASE_INTRO = [
  'What `database.parameters` takes. The base engine is PostgreSQL 12. A value may carry a unit (`kB MB GB TB`, `us ms s min h d`, case-sensitive); without one it counts in the unit of the column. No quotes: they are added.',
  'Settings of extensions (`name.setting`) that are not listed are taken as they are, and a change of them restarts.',
];
const REPMGR_INTRO = [
  'What `repmgrParameters` takes. Change: *reload* is SIGHUP to repmgrd, *restart* one of repmgrd and kbha; neither touches the server.',
];

const SYS_RMAN_INTRO = [
  'What `backup.parameters` takes, on the repository and on each node; in effect with the next call of `sys_rman`. `true` and `false` are written `y` and `n`.',
];

function parameterPage(title: string, intro: readonly string[], parameters: ParameterTable): string {
  const all = [...parameters.values()];
  const of = (kind: Parameter['class']) => all.filter((parameter) => parameter.class === kind);
  const refusedValues = all.filter((parameter) => parameter.refused !== undefined);
  return page(title, [
    ...intro,
    SOURCES,
    `## Yours to set (${of('free').length})`,
    table(
      ['name', 'type and range', 'default', 'in a cluster', 'change', 'meaning', 'source'],
      of('free').map(parameterRow),
    ),
    '## Refused values',
    table(
      ['name', 'value', 'why', 'instead'],
      refusedValues.map((parameter) => [
        `\`${parameter.name}\``,
        (parameter.refused?.values ?? []).join(', '),
        parameter.refused?.reason ?? '',
        parameter.refused?.alternative ?? '',
      ]),
    ),
    '## Set by another field',
    table(
      ['name', 'set it with', 'why', 'source'],
      of('owned').map((parameter) => [
        `\`${parameter.name}\``,
        parameter.alternative ?? '',
        parameter.reason ?? '',
        parameter.source,
      ]),
    ),
    '## Refused',
    table(
      ['name', 'why', 'instead', 'source'],
      of('forbidden').map((parameter) => [
        `\`${parameter.name}\``,
        parameter.reason ?? '',
        parameter.alternative ?? '',
        parameter.source,
      ]),
    ),
  ]);
}

function parameterRow(parameter: Parameter): string[] {
  return [
    `\`${parameter.name}\``,
    rangeText(parameter),
    codeOrNothing(parameter.default),
    codeOrNothing(parameter.cluster ?? ''),
    parameter.change,
    parameter.description,
    parameter.source,
  ];
}

function rangeText(parameter: Parameter): string {
  if (parameter.type === 'boolean') return 'on, off';
  if (parameter.values !== undefined)
    return parameter.values.map((value) => (value === '' ? '(empty)' : value)).join(', ');
  if (parameter.type === 'text') return 'text';
  const unit = parameter.unit === undefined ? '' : `, in ${parameter.unit}`;
  return `${formatAmount(parameter.min ?? 0, parameter.unit)} to ${formatAmount(parameter.max ?? 0, parameter.unit)}${unit}`;
}

function presetsPage(): string {
  const names = Object.keys(presets) as FailoverPreset[];
  const numbers = Object.keys(presets.normal.numbers) as (keyof FailoverNumbers)[];
  const budgets = names.map(
    (preset) => `### ${preset}\n\n${presets[preset].why}\n\n\`\`\`text\n${exampleBudget(preset)}\`\`\``,
  );
  return page('RTO presets', [
    '`failover.preset` fills these numbers; a number that is given in `failover` wins over the preset.',
    table(
      ['field', ...names],
      numbers.map((number) => [`\`${number}\``, ...names.map((preset) => String(presets[preset].numbers[number]))]),
    ),
    FORMULA,
    'The budgets below are those of the example in cluster.md with each preset. They are computed, not measured.',
    ...budgets,
  ]);
}

const FORMULA = [
  '## How the seconds come about',
  'M monitor interval, A attempts, I reconnect interval, C connect timeout, F the cost of one look that fails: 0 where the host answers with a reset, C where nobody answers (about 3 s on one link, where the neighbour table gives up first).',
  '- detection: 0 to M, and F',
  '- retries: A × F + (A − 1) × I',
  '- election: up to 2 s for each silent trusted server',
  '- promotion: F once more, because `repmgr standby promote` first looks for another primary, then the promotion; a standby that has not replayed what it received takes longer',
  '- endpoint: the virtual IP, at most vip_timeout; without one, the client’s walk through its list of hosts',
  '- first commit: until repmgrd has adapted synchronous_standby_names, about 2 s',
]
  .join('\n\n')
  .replace(/\n\n- /g, '\n- ')
  .replace('first).\n- ', 'first).\n\n- ');

function exampleBudget(preset: FailoverPreset): string {
  const parsed = parseClusterSpec({ ...EXAMPLE.cluster, failover: { ...EXAMPLE.cluster.failover, preset } }, 'orders');
  if (!parsed.ok) throw new Error(`the example of the reference does not parse: ${JSON.stringify(parsed.findings)}`);
  return formatBudget(computeBudget(parsed.spec));
}

// The formatter would pad the tables, and a longer word in one row would then change every row.
function page(title: string, parts: readonly string[]): string {
  const text = [`# ${title}`, MARK, '<!-- prettier-ignore-start -->', ...parts, '<!-- prettier-ignore-end -->'];
  return `${text.join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function codeOrNothing(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

// <prefix> would be a tag and | a new cell; inside code spans nothing needs it but the bar.
function escapeCell(text: string): string {
  return text
    .split('`')
    .map((part, index) =>
      (index % 2 === 0 ? part.replace(/</g, '&lt;').replace(/>/g, '&gt;') : part).replace(/\|/g, '\\|'),
    )
    .join('`');
}
