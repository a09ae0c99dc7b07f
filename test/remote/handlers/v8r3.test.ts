/**
 * The handlers of V8R3 with the real node scripts, run by bash in a folder of the test; runuser, arping, ping and sshd are stand-ins.
 * Proves what is asked, made and refused on a host. Does not prove ssh between hosts.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { V8r3PreflightRequest } from '../../../core/v8r3/preflight/request';
import { v8r3HostHandler, type V8r3HostInputs } from '../../../remote/handlers/v8r3Host';
import { v8r3PreflightHandler } from '../../../remote/handlers/v8r3Preflight';
import type { Connection } from '../../../remote/remote';
import { LocalRemote } from '../../support/localRemote';

let root: string;
let remote: LocalRemote;
const connection: Connection = { host: '127.0.0.1', port: 22, user: 'ops', hostKey: 'ssh-ed25519 AAAA' };
const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-v8r3-'));
  remote = new LocalRemote(root);
  remote.stub('runuser', 'shift 2\n[ "$1" != -- ] || shift\nexec "$@"');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string): string => join(root, name);
function program(name: string, body = ''): string {
  writeFileSync(at(name), `#!/bin/bash\n${body}\n`);
  chmodSync(at(name), 0o755);
  return at(name);
}

function hostInputs(more: Partial<V8r3HostInputs> = {}): V8r3HostInputs {
  const { username, homedir } = userInfo();
  return {
    connection,
    target: {
      cluster: 'r3ha',
      name: 'node101',
      host: '127.0.0.1',
      role: 'database',
      data: at('data'),
      state: at('state/r3ha'),
    },
    osUser: username,
    osGroup: group,
    home: homedir,
    identity: at('ssh/id_ed25519'),
    programs: [program('network_rewind.sh')],
    ...more,
  };
}

describe('a host of V8R3', () => {
  const handler = () => v8r3HostHandler(() => remote);

  it('gets a key once, keeps it, and loses it with the resource', async () => {
    const { outs } = await handler().create(hostInputs());
    expect(outs.publicKey).toMatch(/^ssh-ed25519 AAAA\S+$/);
    expect(outs.incarnation).toBe(readFileSync('/etc/machine-id', 'utf8').trim());
    const again = await handler().update('id', outs, hostInputs());
    expect(again.outs.publicKey).toBe(outs.publicKey);
    expect(await handler().diff('id', outs, hostInputs())).toEqual({ changes: false });
    await handler().delete('id', outs);
    expect(existsSync(at('ssh/id_ed25519'))).toBe(false);
  });

  it('keeps a key that was there before', async () => {
    mkdirSync(at('ssh'));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', hostname(), '-f', at('ssh/id_ed25519')]);
    const { outs } = await handler().create(hostInputs());
    await handler().delete('id', outs);
    expect(existsSync(at('ssh/id_ed25519'))).toBe(true);
  });

  it('sees a key that is gone, and another machine under the address', async () => {
    const { outs } = await handler().create(hostInputs());
    rmSync(at('ssh'), { recursive: true });
    const seen = (await handler().read('id', outs)).props;
    expect(await handler().diff('id', seen, hostInputs())).toEqual({ changes: true });
    const other = { ...outs, incarnation: 'other' };
    expect(await handler().diff('id', other, hostInputs())).toEqual({ changes: true, replaces: ['incarnation'] });
    const moved = hostInputs({ connection: { ...connection, host: '127.0.0.2' } });
    expect(await handler().diff('id', outs, moved)).toEqual({ changes: true, replaces: ['connection'] });
    remote.isDown = true;
    expect((await handler().read('id', outs)).props.observed).toMatchObject({ reachable: false });
  });

  it.each([
    [
      'a missing program',
      { programs: ['/nowhere/failover_stream.sh'] },
      /not executable here: \/nowhere\/failover_stream\.sh/,
    ],
    ['another home', { home: '/elsewhere' }, /has the home directory .* here, not \/elsewhere; set os\.home to it/],
    ['a missing user', { osUser: 'nobody-such' }, /there is no user nobody-such here/],
    ['another group', { osGroup: 'no-such-group' }, /is not in the group no-such-group here/],
  ])('refuses %s, and makes nothing', async (_what, more, wanted) => {
    await expect(handler().create(hostInputs(more))).rejects.toThrow(wanted);
    expect(existsSync(at('ssh'))).toBe(false);
  });

  it('cannot use a key with a passphrase', async () => {
    mkdirSync(at('ssh'));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret-words', '-f', at('ssh/id_ed25519')]);
    await expect(handler().create(hostInputs())).rejects.toThrow(/could not be read/);
  });
});

describe('the preflight of a V8R3 host', () => {
  const handler = () => v8r3PreflightHandler(() => remote);

  function request(more: Partial<V8r3PreflightRequest> = {}): V8r3PreflightRequest {
    const { username, homedir } = userInfo();
    mkdirSync(at('data'), { recursive: true });
    writeFileSync(at('data/kingbase.conf'), '');
    remote.stub('ping');
    remote.stub('ssh');
    remote.stub('sshd', 'echo permitrootlogin prohibit-password');
    return {
      name: 'node101',
      host: '127.0.0.1',
      osUser: username,
      home: homedir,
      netDevice: 'lo',
      data: at('data'),
      programs: [program('ksql')],
      arping: program('arping', 'echo arping from iputils 20221126'),
      gateways: ['192.168.1.1'],
      mountPoints: [at('data')],
      sshPort: 22,
      ...more,
    };
  }

  it('passes a good host, changes nothing there, and is not run again for what it looked at', async () => {
    const nodes = [{ connection, request: request() }];
    const { outs } = await handler().create({ nodes });
    expect(outs.warnings.filter((line) => !line.includes('the automation runs'))).toEqual([]);
    expect(await handler().diff('preflight', outs, { nodes })).toEqual({ changes: false });
    const other = [{ connection, request: request({ mountPoints: [at('data'), at('wal')] }) }];
    expect(await handler().diff('preflight', outs, { nodes: other })).toEqual({ changes: true });
    await expect(handler().update('preflight', outs, { nodes: other })).rejects.toThrow(/wal is-no-directory/);
    const calls = remote.calls.length;
    expect((await handler().update('preflight', outs, { nodes })).outs.warnings).toEqual(outs.warnings);
    expect(remote.calls.length).toBe(calls);
  });

  it('names everything that is in the way at once', async () => {
    const bad = request({
      netDevice: 'nodev0',
      programs: ['/nowhere/restartcluster.sh'],
      arping: program('other-arping', 'echo "ARPing 2.23, by Thomas Habets" >&2; exit 1'),
      data: at('empty'),
    });
    remote.stub('ping', 'exit 1');
    remote.stub('ssh', 'exit 255');
    remote.stub('sshd', 'echo permitrootlogin no');
    const refused = handler().create({ nodes: [{ connection, request: bad }] });
    await expect(refused).rejects.toThrow(
      /missing: \/nowhere\/restartcluster\.sh[\s\S]*no kingbase\.conf[\s\S]*no address on nodev0[\s\S]*ARPing 2\.23[\s\S]*silent: 192\.168\.1\.1[\s\S]*PermitRootLogin no/,
    );
  });

  it('blocks where the host cannot be asked', async () => {
    const nodes = [{ connection, request: request() }];
    remote.isDown = true;
    await expect(handler().create({ nodes })).rejects.toThrow(/cannot connect to port 22/);
  });
});
