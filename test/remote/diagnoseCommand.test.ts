// Proves how `npm run diagnose` is called, what it says where nobody answers, and how it ends. What it finds on nodes is shown in the lab.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeHostKey } from '../../bench/clusterInput';
import { formatDiagnosis } from '../../core/backup/diagnosis/format';
import { diagnoseBackup } from '../../core/backup/diagnosis/diagnoseBackup';
import type { BackupDiagnosis } from '../../core/backup/diagnosis/types';
import type { ClusterDiagnosis } from '../../core/recovery/types';
import { RemoteError } from '../../remote/remoteError';
import type { Remote } from '../../remote/remote';
import { diagnoseCommand } from '../../scripts/diagnoseCommand';
import { evidence } from '../support/backupEvidence';

const node = (name: string, octet: number): object => ({ name, host: `10.0.0.${octet}`, hostKey: fakeHostKey(name) });
const cluster = {
  name: 'prod',
  connection: { user: 'ops', agent: true },
  failover: { trustedServers: ['10.0.0.1', '10.0.0.254'] },
  nodes: [node('node1', 11), node('node2', 12), { ...node('repo', 14), role: 'repository' }],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kingbase-diagnose-'));
  write({ ...cluster, backup: { repository: 'repo' } });
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(declared: object): void {
  writeFileSync(join(folder, 'Pulumi.prod.yaml'), JSON.stringify({ config: { 'kingbase:cluster': declared } }));
}

const gone = (host: string): Promise<never> =>
  Promise.reject(new RemoteError('remote/unreachable', host, { message: `no route to ${host}`, hint: 'Look.' }));

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await diagnoseCommand(argv, {
    env: {},
    projectFolder: folder,
    userFolder: folder,
    out: (text) => (said.out += `${text}\n`),
    err: (text) => (said.err += `${text}\n`),
    open: ({ host }) =>
      ({ host, exec: () => gone(host), script: () => gone(host), close: () => undefined }) as unknown as Remote,
  });
  return { code, ...said };
}

describe('npm run diagnose', () => {
  it('diagnoses the cluster where no subject is named, and ends with 2 where no node could be asked', async () => {
    const { code, out } = await run('--stack', 'prod', '--json');
    const { class: failure, primary, nodes, steps } = JSON.parse(out) as ClusterDiagnosis;
    expect(code).toBe(2);
    expect(failure).toBe('fullClusterFailure');
    expect(primary).toMatchObject({ kind: 'none', reason: expect.stringContaining('no route to 10.0.0.11') as string });
    expect(nodes.map(({ node, role, problems }) => [node, role, problems])).toEqual(
      [11, 12, 14].map((octet, at) => [
        ['node1', 'node2', 'repo'][at],
        'unread',
        [`cannot be read: no route to 10.0.0.${octet}`],
      ]),
    );
    expect(steps.filter(({ record }) => record !== undefined)).toEqual([]);
  });

  it('prints the same for people', async () => {
    const { out } = await run('cluster', '--stack', 'prod');
    expect(out).toContain('cluster prod: FULL-CLUSTER FAILURE, as far as it could be read');
    expect(out).toContain('1. Bring node1 back (power, network, sshd), or make sure that it is off and stays off');
  });

  it('knows no other subject', async () => {
    expect(await run('moon', '--stack', 'prod')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no subject moon\nHINT: The subjects are: cluster, backup.') as string,
    });
  });

  it('has help with its subjects and exit codes', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('cluster  (default) which failure it is');
    expect(out).toContain('backup   archiving, the repository');
    expect(out).toContain('Exit: 0 healthy');
  });

  it('refuses a stack without backups', async () => {
    write(cluster);
    expect(await run('backup', '--stack', 'prod')).toMatchObject({
      code: 2,
      err: expect.stringContaining('this stack declares no backups') as string,
    });
  });

  it('names every node that gave no answer, and ends with 2 where none did', async () => {
    const { code, out } = await run('backup', '--stack', 'prod', '--json');
    const { healthy, faults, unread } = JSON.parse(out) as BackupDiagnosis;
    expect(code).toBe(2);
    expect(healthy).toBe(false);
    expect(faults[0]?.id).toBe('backup/repository-host-off');
    expect(unread).toEqual(
      [11, 12, 14].map(
        (octet, at) => `${['node1', 'node2', 'repo'][at]}: the node could not be read: no route to 10.0.0.${octet}`,
      ),
    );
  });

  it('recognises a text that somebody brings along', async () => {
    writeFileSync(join(folder, 'said'), 'ERROR: sys_backup.sh init must executed firstly\n');
    expect((await run('backup', '--stack', 'prod', '--text', 'said')).out).toContain('backup/vendor-not-initialised');
    expect((await run('backup', '--stack', 'prod', '--text', 'nothing')).code).toBe(2);
  });

  it('prints the fault, what shows it, and the cure with its commands', () => {
    const text = formatDiagnosis(
      diagnoseBackup(evidence({ repoMachine: { stopFiles: ['/tmp/sys_rman/kingbase.stop'] } })),
    );
    expect(text).toContain('1. FAULT  backup/stopped: backups are stopped by hand');
    expect(text).toContain('    seen: repo: /tmp/sys_rman/kingbase.stop');
    expect(text).toMatch(/cure: 1\. Ask who[^\n]*\n +repo# runuser -u \S+ -- \/kb\/bin\/sys_rman /);
    expect(formatDiagnosis(diagnoseBackup(evidence()))).toBe('backups: healthy, everything was read');
    expect(formatDiagnosis(diagnoseBackup(evidence({ text: 'ERROR: the moon' })))).toContain(
      'unknown: no rule knows these texts',
    );
  });
});
