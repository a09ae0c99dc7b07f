/** The diagnosis of a cluster for people: what it is, who is who, what to do, each record ready to be pasted. JSON is the diagnosis itself. */
import type { ClusterDiagnosis, FailureClass, NodeVerdict, PrimaryChoice, ProposedStep } from './types';

const TITLES: Readonly<Record<FailureClass, string>> = {
  healthy: 'healthy',
  singlePrimaryFailedStandbys: 'A SINGLE PRIMARY, STANDBYS FAILED',
  noPrimary: 'NO PRIMARY',
  multiplePrimaries: 'MULTIPLE PRIMARIES',
  partialNodeFailure: 'PARTIAL NODE FAILURE',
  fullClusterFailure: 'FULL-CLUSTER FAILURE',
};

export function formatClusterDiagnosis(diagnosis: ClusterDiagnosis): string {
  const { cluster, because, notProved, nodes, primary, steps, warnings } = diagnosis;
  const isHealthy = diagnosis.class === 'healthy';
  return [
    `cluster ${cluster}: ${TITLES[diagnosis.class]}${notProved.length > 0 ? ', as far as it could be read' : ''}`,
    ...because.map((line) => `  ! ${line}`).filter((_, at) => !isHealthy || at > 0),
    ...notProved.map(({ node, why }) => `  ? ${node} was not read: ${why}`),
    '',
    ...table(nodes),
    ...nodes.flatMap(({ node, evidence }) =>
      isHealthy || evidence.length === 0 ? [] : ['', `  ${node}`, ...evidence.map((line) => `    ${line}`)],
    ),
    '',
    ...sayPrimary(primary),
    ...steps.flatMap((step, at) => ['', ...formatStep(step, at + 1)]),
    ...(steps.length > 0
      ? [
          '',
          'One step at a time: a record under kingbase:actions, pulumi up, and look again. Commands: as the OS user of the database.',
        ]
      : []),
    ...(warnings.length > 0 ? ['', ...warnings.map((line) => `  - ${line}`)] : []),
  ].join('\n');
}

function table(nodes: readonly NodeVerdict[]): string[] {
  const cell = (value: string | number | null): string => (value === null ? '-' : String(value));
  const rows = [
    ['node', 'host', 'now', 'timeline', 'position', 'base bytes', ''],
    ...nodes.map((each) => [
      each.node,
      each.host,
      each.role,
      cell(each.timeline),
      cell(each.position),
      cell(each.bytes),
      each.ok ? 'ok' : 'NOT OK',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((each, column) => each.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

const REASONS = {
  serving: 'it serves, and nobody else does',
  onlyNode: 'no other node holds data of this cluster',
  ancestry: 'its history holds that of all others',
  onlyWrites: 'histories parted, and no other branch holds a transaction that this one lacks',
  lsn: 'its position is the highest on the same history',
  size: 'all stand equal, and it holds the most data',
  equal: 'all hold the same',
} as const;

function sayPrimary(primary: PrimaryChoice): string[] {
  if (primary.kind === 'none') return [`primary: none can be proposed: ${primary.reason}`];
  if (primary.kind === 'undecidable') {
    return [
      `primary: UNDECIDABLE: ${primary.reason}`,
      ...primary.branches.map(
        ({ nodes, head, commits }) =>
          `  branch of ${nodes.join(', ')}: to ${head.lsn} on timeline ${head.timeline}, ${commits ?? 'an unknown number of'} transactions of its own`,
      ),
    ];
  }
  return [
    `primary: ${primary.node}: ${REASONS[primary.by]}`,
    ...primary.notProved.map(({ node, why }) => `  ? not proved against ${node}: ${why}`),
    ...primary.loses.map(
      ({ node, commits, since, firstAt, lastAt }) =>
        `  ! ${node} alone holds ${commits ?? 'an unknown number of'} transactions since ${since.lsn} on timeline ${since.timeline}${firstAt === undefined ? '' : ` (${firstAt} to ${lastAt ?? firstAt})`}`,
    ),
  ];
}

function formatStep({ text, record, available, needsConfirm, commands }: ProposedStep, number: number): string[] {
  return [
    `${number}. ${text}`,
    ...(record !== undefined && available
      ? [
          '   kingbase:actions:',
          `     - requestId: ${record.requestId}`,
          `       kind: ${record.kind}`,
          '       inputs:',
          ...Object.entries(record.inputs).map(([name, value]) => `         ${name}: ${value}`),
          ...(needsConfirm ? ['       # it can lose what was written: its preview prints the token for confirm'] : []),
        ]
      : []),
    ...commands.map((command) => `   ${command}`),
  ];
}
