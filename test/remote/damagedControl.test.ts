/**
 * Whoever reads control data, beside a sys_controldata that finds a wrong checksum: it warns, prints whatever lies there, and ends with 0. None of that is
 * believed; a file that was just being written is looked at again. Seen to fail: each reader with the look for the warning taken out.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { having, inKind, type Facts } from '../support/switchoverFacts';

const TEMPLATES = resolve(__dirname, '../../templates');
const WHOLE = `echo "Database system identifier:           4711"
echo "Database cluster state:               in production"
echo "Latest checkpoint's TimeLineID:       7"
echo "Latest checkpoint location:           0/5000000"
echo "Data page checksum version:           1"`;
/** pg_controldata's own words, before values that are nobody's. */
const DAMAGED = `echo "WARNING: Calculated CRC checksum does not match value stored in file."
echo "Either the file is corrupt, or it has a different layout than this program"
echo "is expecting.  The results below are untrustworthy."
echo
${WHOLE.replaceAll('4711', '6363636').replace('       7', '       1482184792')}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-'));
  mkdirSync(join(folder, 'data/global'), { recursive: true });
  writeFileSync(join(folder, 'data/global/pg_control'), 'control');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** first: what it does when it is called for the first time. */
function controlData(body: string, first = body): void {
  const text = `#!/bin/bash\nif [ -e '${folder}/asked' ]; then ${body}\nelse : >'${folder}/asked'; ${first}\nfi\n`;
  writeFileSync(join(folder, 'sys_controldata'), text, { mode: 0o755 });
}

function bash(text: string): string {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', `bin='${folder}' data='${folder}/data'\n${text}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  return stdout.trim();
}

const textOf = (path: string): string => readFileSync(join(TEMPLATES, path), 'utf8');
/** What a look at another node runs there. */
const prelude = (): string => /<<'END'\n(set -u\n[\s\S]*?)\nEND\n/.exec(textOf('scripts/movePrimary.sh'))?.[1] ?? '';
const restoring = (): string => {
  const found = /^CONTROL='\n[\s\S]*?\n}'$/m.exec(textOf('os/actions/restoreToPoint.sh'))?.[0];
  return found === undefined ? '' : `${found}\neval "$CONTROL"`;
};
/** Its two functions; a copy that is given up says so. */
const drill = (): string => {
  const found = /^read_control\(\) \{\n[\s\S]*?\n\}\ncontrol_field\(\) .*$/m.exec(textOf('os/drill.sh.mustache'))?.[0];
  return found === undefined ? '' : `${found}\ngive_up() { echo "GIVEN UP: $1"; exit 0; }`;
};

const READERS: readonly (readonly [string, () => string, string, string])[] = [
  [
    'a look at another node',
    () => `HOME='${folder}'\n${prelude()}`,
    'echo "$(control "Database system identifier")/$(own_timeline)"',
    '/',
  ],
  [
    'the probe of a restore',
    restoring,
    'control_text | sed -n "s/^Database system identifier: *//p"; control_text | sed -n "s/^Latest checkpoint.s TimeLineID: *//p"',
    '',
  ],
  [
    'a drill',
    drill,
    `read_control; echo "$(control_field 'Database system identifier')/$(control_field "Latest checkpoint's TimeLineID")"`,
    'GIVEN UP: the control file of the copy is damaged, or cannot be read',
  ],
];

describe.each(READERS)('%s', (_, words, question, refused) => {
  const ask = (): string => bash(`${words()}\n${question}`).replace('\n', '/');

  it('reads a control file that is whole', () => {
    expect(words()).not.toBe('');
    controlData(WHOLE);
    expect(ask()).toBe('4711/7');
  });

  it('believes nothing of a damaged one', () => {
    controlData(DAMAGED);
    expect(ask()).toBe(refused);
  });

  it('looks again at one that was just being written', () => {
    controlData(WHOLE, DAMAGED);
    expect(ask()).toBe('4711/7');
  });
});

describe('the facts of a node', () => {
  const facts = (): readonly string[] =>
    inKind(
      'startCluster',
      {},
      `KB_BIN='${folder}' KB_DATA='${folder}/data' KB_ARPING=/usr/bin/arping KB_VIP='' KB_DEVICE=eth0 KB_CONF=/none KB_PORT=1
KB_SUPERUSER=x KB_DB=x KB_LOG=/none KB_REPMGRD_PID=/none KB_KBHA_PID=/none
{ mp_prelude; mp_facts_script; } | HOME='${folder}' bash 2>/dev/null`,
      { node: 'node1' },
    ).split('\n');

  it('name a damaged control file, and give none of its values', () => {
    controlData(DAMAGED);
    expect(facts()).toEqual(
      expect.arrayContaining(['controlUnread its control file is damaged, or cannot be read', 'system ', 'state ']),
    );
  });

  it.each([
    ['where it is whole', () => controlData(WHOLE), 'system 4711'],
    [
      'where there is no database',
      () => (controlData('exit 1'), rmSync(join(folder, 'data/global/pg_control'))),
      'system ',
    ],
  ])('do not, %s', (__, given, system) => {
    given();
    const said = facts();
    expect(said).toContain(system);
    expect(said.filter((line) => line.startsWith('controlUnread'))).toEqual([]);
  });
});

describe('a start of the cluster beside a node with a damaged control file', () => {
  const down = (more: string): string =>
    `server down\nsystem 77\nstate in production\ncheckpointTimeline 4\nwalEnd 4 0/5000000\nhistory 4 3 0/3000000\nfree 900000000 /data\n${more}looked whole\n`;
  const ALL: Facts = { node1: down(''), node2: down('relation same 4 0/5000000\nwal same\n'), node3: down('') };
  const DAMAGED_THIRD = having(
    'node3',
    /system 77[\s\S]*/,
    'system \ncontrolUnread its control file is damaged\n',
    ALL,
  );
  const refusals = (facts: Facts, inputs: Readonly<Record<string, string>> = {}): readonly string[] =>
    inKind('startCluster', facts, 'start_guards', { node: 'node1', ...inputs })
      .split('\n')
      .filter((line) => line.startsWith('bad'))
      .map((line) => line.split('\t').slice(1, 3).join(': '));
  const waiver = { acceptDataLossOwner: 'Li Wei', acceptDataLossReason: 'its disk is broken' };

  it('is refused until somebody answers for that node by name', () => {
    expect(refusals(DAMAGED_THIRD)).toEqual([
      expect.stringContaining(
        'not-proved: not proved against node3 (its control file is damaged: how far it came is not known)',
      ),
    ]);
    const confirm = inKind('startCluster', DAMAGED_THIRD, 'token', { node: 'node1' }).trim();
    expect(refusals(DAMAGED_THIRD, { ...waiver, confirm })).toEqual([]);
  });

  it('leaves a node out that has no database at all', () => {
    expect(refusals(having('node3', /system 77[\s\S]*/, 'system \nlooked whole\n', ALL))).toEqual([]);
  });
});
