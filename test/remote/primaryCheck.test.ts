/**
 * primary-check.sh with servers that say what they are told to: who is announced, and why not. The same on real nodes, through a failover, a
 * partition and a rejoin: test/long/scenarios/healthCheck.test.ts.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = join(__dirname, '../../templates/os/primary-check.sh');
const CUT = 'timeout';
const REFUSED = 'ksql: could not connect to server: Connection refused';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-check-'));
  mkdirSync(join(folder, 'bin'));
  // What the server at `host=` says stands in a file of that name; `timeout` never answers.
  const ksql = `#!/bin/bash\nfor word; do case $word in host=*) host=\${word#host=}; host=\${host%% *} ;; esac; done\nsaid=$(cat "${folder}/$host")\n[ "$said" != ${CUT} ] || exec sleep 20\necho "$said"\n`;
  writeFileSync(join(folder, 'bin/ksql'), ksql);
  chmodSync(join(folder, 'bin/ksql'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Cluster {
  readonly own: string;
  /** What the server of each peer says, and its role. */
  readonly peers?: readonly (readonly [string, string])[];
  readonly fence?: 'majority' | 'none';
}

function ask(
  { own, peers = [], fence = 'majority' }: Cluster,
  mode = 'full',
  input = '',
): Promise<{ code: number; said: string }> {
  writeFileSync(join(folder, 'self'), `${own}\n`);
  peers.forEach(([said], index) => writeFileSync(join(folder, `peer${index}`), `${said}\n`));
  const lines = peers.map(([, role], index) => `printf '%s\\n' 'peer${index} ${role}'`).join('\n');
  const conf = `fence='${fence}'\nbin='${folder}/bin'\nhost='self'\nport='54321'\ndatabase='esrep'\npassword_file='/x'\npeers() {\n  :\n${lines}\n}\n`;
  writeFileSync(join(folder, 'conf'), conf);
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      [PROGRAM, mode],
      { env: { KB_ENDPOINT_CONF: join(folder, 'conf') } },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), said: (stdout + stderr).trim() }),
    );
    // A question that is refused reads nothing.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

const standby = ['standby', 'database'] as const;
const yes = { code: 0, said: 'yes 5' };
const no = (why: string) => ({ code: 1, said: `no ${why}` });

describe('primary-check.sh', () => {
  it.each<readonly [string, Cluster, { code: number; said: string }]>([
    ['a primary with its standbys', { own: 'primary 5', peers: [standby, standby] }, yes],
    ['a primary alone in its cluster', { own: 'primary 5' }, yes],
    ['a standby', { own: 'standby', peers: [['primary 5', 'database']] }, no('standby')],
    ['a server that gives no answer', { own: REFUSED, peers: [standby] }, no('the server here gives no answer')],
    ['an answer that is none', { own: 'primary ', peers: [standby] }, no('the server here gives no answer')],
    ['one standby cut off', { own: 'primary 5', peers: [standby, [CUT, 'database']] }, yes],
    [
      'everybody cut off',
      {
        own: 'primary 5',
        peers: [
          [CUT, 'database'],
          [CUT, 'database'],
        ],
      },
      no('1 of 3 members can be reached'),
    ],
    [
      'half of four cut off',
      { own: 'primary 5', peers: [standby, [CUT, 'database'], [CUT, 'database']] },
      no('2 of 4 members can be reached'),
    ],
    [
      'databases stopped on hosts that answer',
      {
        own: 'primary 5',
        peers: [
          [REFUSED, 'database'],
          [REFUSED, 'database'],
        ],
      },
      yes,
    ],
    [
      'a password that is refused',
      {
        own: 'primary 5',
        peers: [
          ['FATAL:  password authentication failed', 'database'],
          [CUT, 'database'],
        ],
      },
      yes,
    ],
    [
      'everybody cut off, without the fence',
      {
        own: 'primary 5',
        peers: [
          [CUT, 'database'],
          [CUT, 'database'],
        ],
        fence: 'none',
      },
      yes,
    ],
    [
      'a later primary',
      { own: 'primary 5', peers: [standby, ['primary 6', 'database']] },
      no('peer1 is primary on timeline 6, here it is 5'),
    ],
    [
      'another primary of the same timeline',
      { own: 'primary 5', peers: [['primary 5', 'database'], standby], fence: 'none' },
      no('peer0 is primary on timeline 5, here it is 5'),
    ],
    ['a former primary that came back', { own: 'primary 5', peers: [['primary 4', 'database'], standby] }, yes],
    ['a witness, whose instance leads nobody', { own: 'primary 5', peers: [standby, ['primary 9', 'witness']] }, yes],
  ])('judges %s', async (_, cluster, wanted) => {
    expect(await ask(cluster)).toEqual(wanted);
  });

  it('asks nobody else when only its own server counts', async () => {
    const began = Date.now();
    expect(await ask({ own: 'primary 5', peers: [[CUT, 'database']] }, 'local')).toEqual(yes);
    expect(Date.now() - began).toBeLessThan(1900);
  });

  it('answers over HTTP with a length that is right, whatever is asked', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n';
    const good = await ask({ own: 'primary 5', peers: [standby] }, 'http', request);
    expect(good.said).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nyes 5',
    );
    const bad = await ask({ own: 'standby' }, 'http', request);
    expect(bad.said).toBe(
      'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 11\r\nConnection: close\r\n\r\nno standby',
    );
    expect((await ask({ own: 'primary 5' }, 'http', '')).said).toContain('200 OK');
  });

  it('knows no other question', async () => {
    expect(await ask({ own: 'primary 5' }, 'all')).toEqual({
      code: 2,
      said: "unknown question 'all': http, local or full",
    });
  });
});
