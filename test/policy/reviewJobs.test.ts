// The job files of examples/review: their command, as it stands there, refuses a bad stack and passes a good one, in the format it names.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dump, load } from 'js-yaml';
import { afterAll, describe, expect, it } from 'vitest';
import { policyCommand } from '../../scripts/policyCommand';
import { cluster, node } from '../core/spec/exampleCluster';

const repository = resolve(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'kingbase-review-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(repository, 'policy', 'production.json'), join(folder, 'policy', 'production.json'));

/** Keeps every policy that policy/production.json makes mandatory. */
const good = cluster({
  connection: { user: 'ops' },
  nodes: [node(1), node(2), node(3), node(4, { role: 'repository' })],
  directories: { data: '/kbdata/data', walVolumeMiB: 20480 },
  database: { parameters: { archive_timeout: '5min' } },
  repmgrParameters: { primary_visibility_consensus: true },
  failover: {
    preset: 'fast',
    recovery: 'standby',
    trustedServers: ['10.77.0.1', '10.77.0.254'],
    runningUnderFailureTrustedServers: false,
  },
  clients: ['10.77.8.0/24'],
  backup: {
    repository: 'node4',
    path: '/backup/kbbr_repo',
    encryption: 'aes-256-cbc',
    drill: { tables: ['test.public.orders'] },
  },
});
/** WAL thrown away, no backups. */
const bad = { ...good, backup: undefined, archive: { to: 'discard' } };
/** Backups where the data is, in clear, and too few of them. */
const poor = {
  ...good,
  nodes: [node(1), node(2), node(3)],
  backup: { repository: 'node1', schedule: { full: 'monthly on 1 02:00', incremental: 'never' } },
};

/** Every command of a job, wherever the format of the service keeps it. */
function commandsOf(file: string): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') found.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
  };
  walk(load(readFileSync(join(repository, 'examples', 'review', file), 'utf8')));
  return found;
}

async function judge(
  file: string,
  input: Record<string, unknown>,
): Promise<{ readonly code: number; readonly out: string }> {
  writeFileSync(join(folder, 'Pulumi.prod.yaml'), dump({ config: { 'kingbase:cluster': input } }));
  const [command = ''] = commandsOf(file).filter((text) => text.startsWith('npm run -s policy -- '));
  const argv = command
    .replace('npm run -s policy -- ', '')
    .replace(/ > .*$/, '')
    .split(' ');
  let out = '';
  const code = await policyCommand(argv, {
    env: {},
    projectFolder: folder,
    userFolder: folder,
    clock: new Date('2026-11-21T00:00:00Z'),
    out: (text) => (out += text),
    err: (text) => (out += text),
  });
  return { code, out };
}

describe('the job files', () => {
  it.each([
    ['github-policies.yml', '"version": "2.1.0"', '"level": "error"'],
    ['gitlab-ci.yml', 'failures="0"', '<failure '],
    ['gitea-policies.yml', '**Policies: passed**', '| mandatory | `kingbase-cluster-require-wal-archive` |'],
  ])('%s passes a good stack and refuses a bad one', async (file, passed, refused) => {
    const well = await judge(file, good);
    expect(well.out).toContain(passed);
    expect(well.out).not.toContain(refused);
    expect(well.code).toBe(0);
    const ill = await judge(file, bad);
    expect(ill.out).toContain(refused);
    expect(ill.code).toBe(1);
  });

  it('refuse backups that a lost host would take along, and say what to declare instead', async () => {
    const { code, out } = await judge('gitea-policies.yml', poor);
    expect(code).toBe(1);
    const refused = out.split('\n').filter((line) => line.startsWith('| mandatory |'));
    expect(refused.map((line) => line.split(' | ').slice(1, 4))).toEqual([
      ['`kingbase-cluster-require-repository-host`', 'nodes', 'no node has the role repository'],
      [
        '`kingbase-cluster-move-repository-off-data`',
        'backup.repository',
        'node1 is one of the 3 database nodes: its host takes data and every backup along',
      ],
      [
        '`kingbase-cluster-schedule-full-backup`',
        'backup.schedule.full',
        '"monthly on 1 02:00" leaves up to 31 days between two full backups; at most 7 are wanted',
      ],
      [
        '`kingbase-cluster-schedule-daily-backup`',
        'backup.schedule',
        'up to 744 hours pass between two backups (full: "monthly on 1 02:00"); at most 24 are wanted',
      ],
      [
        '`kingbase-cluster-check-drill-content`',
        'backup.drill',
        'looks at 0 tables and queries, otherwise only at page checksums; at least 1 are wanted',
      ],
    ]);
  });

  it('never get as far as policies with archive_mode off: the configuration itself is refused, with the field to set', async () => {
    const { code, out } = await judge('gitea-policies.yml', {
      ...good,
      database: { parameters: { archive_timeout: '5min', archive_mode: 'off' } },
    });
    expect(code).toBe(2);
    expect(out).toBe(
      'database.parameters.archive_mode: archive_mode is not set here: the archive is declared in one place\nHINT: set archive.mode.',
    );
  });

  it('name a configuration and scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts).toHaveProperty('policy');
    for (const file of ['github-policies.yml', 'gitlab-ci.yml', 'gitea-policies.yml']) {
      const judged = commandsOf(file).filter((text) => text.includes('--policy-pack-config policy/production.json'));
      expect(judged).toHaveLength(1);
    }
  });
});
