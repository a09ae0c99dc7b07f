// docs/policies.md, written from the rules: what the pack judges is what the page says.
import { policyRules } from './rules';
import type { ConfigProperty, PolicyGroup, PolicyRule } from './types';

const MARK = '<!-- Written by `npm run docs` from the rules; edits here are lost. -->';

const GROUPS: Readonly<Record<PolicyGroup, string>> = {
  backup: 'Backup: what a restore will need',
  recovery: 'Recovery: what a node needs to come back',
  topology: 'Topology: who decides, and how fast',
  security: 'Security: who comes in',
  capacity: 'Capacity: what runs out',
  status: 'Status: what the nodes said',
};

const INTRO = [
  '`pulumi preview --policy-pack policy` judges a stack by these policies before any host is touched, and so does `pulumi up --policy-pack policy`. Without the CLI: `npm run policy -- --stack <name>`, with `--format table`, `json`, `markdown`, `junit` or `sarif`; it fails when a mandatory policy is violated.',
  'They read what the program declares with every default filled in, and the texts that will be written to the nodes, parsed. *declared* and *rendered* are known at preview; the keys that the nodes make themselves are judged at the first update. *observed* is what the nodes said at the last update or refresh: before the first one it is told as not proved and blocks nothing.',
  'What a field of the specification refuses already (`archive_mode` off, a network 0.0.0.0/0, a missing host key) is refused before any policy speaks; the policies judge the written text all the same, also of programs that place files in another way.',
];

const CONFIG = `A JSON file, given with \`--policy-pack-config\` to the CLI and to \`npm run policy\`. \`policy/production.json\` is one to begin with.

\`\`\`json
{
  "all": "mandatory",
  "kingbase-cluster-require-trusted-servers": { "enforcementLevel": "mandatory", "minimum": 3 },
  "kingbase-cluster-require-witness-for-two": {
    "waivers": [{ "cluster": "branch7", "owner": "Li Wei", "reason": "witness host ordered", "until": "2027-01-31" }]
  }
}
\`\`\`

Levels: \`mandatory\` refuses the run, \`advisory\` tells, \`disabled\` is silent; \`all\` counts for every policy that is not named itself. Every policy takes \`waivers\`: a violation of that cluster becomes advisory and names its owner, until the day \`until\`, which must lie within 366 days. \`today\` (YYYY-MM-DD) takes the place of the machine's clock.`;

const TAGS =
  'Source: D vendor documentation, S vendor script or template, C community reports, F field report, U upstream.';

export function policiesPage(): string {
  const groups = (Object.keys(GROUPS) as PolicyGroup[]).flatMap((group) => {
    const rules = policyRules.filter((rule) => rule.group === group);
    return [`## ${GROUPS[group]}`, ...rules.flatMap(section)];
  });
  const text = [
    '# Policies',
    MARK,
    '<!-- prettier-ignore-start -->',
    `${policyRules.length} policies, each with a level that a configuration may change.`,
    ...INTRO,
    '## Configuration',
    CONFIG,
    overview(),
    TAGS,
    ...groups,
    '<!-- prettier-ignore-end -->',
  ];
  return `${text.join('\n\n')}\n`;
}

function overview(): string {
  const rows = policyRules.map(
    ({ id, title, level, severity, restsOn }) =>
      `| [\`${id}\`](#${id}) | ${title} | ${level} | ${severity} | ${restsOn} |`,
  );
  return [
    '## Overview',
    '',
    '| policy | what holds | level | severity | rests on |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function section(rule: PolicyRule): string[] {
  const properties = Object.entries(rule.config);
  return [
    `### \`${rule.id}\``,
    `**${rule.title}.** ${rule.level}, severity ${rule.severity}, ${rule.restsOn}.`,
    `- Protects from: ${rule.protectsFrom}\n- What to do: ${rule.hint}\n- Source: ${rule.evidence}`,
    ...(properties.length === 0 ? [] : [properties.map(configLine).join('\n')]),
  ];
}

function configLine([name, property]: readonly [string, ConfigProperty]): string {
  return `- Config \`${name}\`: ${property.description} Default \`${JSON.stringify(property.default)}\`.`;
}
