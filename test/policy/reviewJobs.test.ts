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
});
const bad = { ...good, archive: { to: 'discard' } };

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

  it('name a configuration and scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts).toHaveProperty('policy');
    for (const file of ['github-policies.yml', 'gitlab-ci.yml', 'gitea-policies.yml']) {
      const judged = commandsOf(file).filter((text) => text.includes('--policy-pack-config policy/production.json'));
      expect(judged).toHaveLength(1);
    }
  });
});
