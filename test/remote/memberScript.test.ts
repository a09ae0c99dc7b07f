/** member.sh waits until the source lets a new node in: its peers are told of it in the same run, side by side with it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChangedMeanwhile, runSteps } from '../../remote/nodeSteps';
import { LocalRemote } from '../support/localRemote';
import { targetIn } from '../support/nodeTarget';

const NOT_IN_HBA = 'FATAL:  no pg_hba.conf entry for replication connection from host "10.0.0.14", user "esrep"';

let root: string;
let remote: LocalRemote;
let attempts: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-member-'));
  attempts = join(root, 'attempts');
  writeFileSync(attempts, '');
  remote = new LocalRemote(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The source answers so to the first attempts, and lets the node in from then on. */
function sourceSays(words: string, times: number): void {
  remote.stub(
    'runuser',
    `echo x >>'${attempts}'; [ "$(wc -l <'${attempts}')" -gt ${times} ] || { echo '${words}' >&2; exit 2; }`,
  );
}

const admitted = (seconds: string, role: 'database' | 'witness' = 'database') =>
  runSteps(remote, { ...targetIn(root), role }, 'member.sh', ['admitted'], {
    env: { KB_SYSTEM: '71', KB_PRIMARY_HOST: '10.0.0.11', KB_ADMISSION_SECONDS: seconds },
  });

const asked = (): number => readFileSync(attempts, 'utf8').split('\n').length - 1;

describe('member.sh', () => {
  it.each([NOT_IN_HBA, 'could not connect to server: Connection refused', 'No route to host', 'timeout expired'])(
    'asks again while the source says: %s',
    async (words) => {
      sourceSays(words, 2);
      await admitted('30');
      expect(asked()).toBe(3);
    },
  );

  it('asks as the replication user over a replication connection, a witness over a plain one', async () => {
    sourceSays('', 0);
    await admitted('30');
    await admitted('30', 'witness');
    const [clone, witness] = remote.stubCalls('runuser');
    expect(clone).toContain('IDENTIFY_SYSTEM -d host=10.0.0.11');
    expect(clone).toContain('user=esrep dbname=replication replication=1');
    expect(witness).toContain('user=esrep dbname=esrep replication=0');
  });

  it('gives up with the words of the source and where to look', async () => {
    sourceSays(NOT_IN_HBA, 1000);
    await expect(admitted('1')).rejects.toThrow(/does not let node1 in within 1 s: .*no pg_hba.conf entry[^]*--target/);
  });

  it('has the cluster asked again where the source is not there any more', async () => {
    sourceSays('could not connect to server: Connection refused', 1000);
    await expect(admitted('1')).rejects.toThrow(ChangedMeanwhile);
  });

  it('leaves any other refusal to the step that follows', async () => {
    sourceSays('FATAL:  password authentication failed for user "esrep"', 1000);
    await admitted('30');
    expect(asked()).toBe(1);
  });
});
