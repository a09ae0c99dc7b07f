/** freezeWrites and thaw, by the real runner on a stand-in of ksql that keeps what was set for each host. What a server makes of it is shown in the lab. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionRunner } from '../../support/actionRunner';

const PRIMARY = '10.0.0.11';
const STANDBY = '10.0.0.12';
const SILENT = '10.0.0.13';

const KIND = readFileSync(resolve(__dirname, '../../../templates/os/actions/freezeWrites.sh'), 'utf8');

let runner: ActionRunner;
beforeEach(() => {
  runner = new ActionRunner([STANDBY, SILENT]);
  for (const kind of ['freezeWrites', 'thaw']) runner.realKind(kind);
  for (const host of [PRIMARY, STANDBY]) mkdirSync(join(runner.folder, 'peers', host), { recursive: true });
  mkdirSync(join(runner.folder, 'sql'));
  runner.tool('ksql', KSQL(runner.folder));
});
afterEach(() => runner.remove());

/** <folder>/sql/<host>.{frozen,vacuum,deaf}: what was set there; deaf does not take a setting into effect. <host>.log: every statement. */
const KSQL = (folder: string): string => `
host=$(sed -n 's/.*host=\\([0-9.]*\\) .*/\\1/p' <<<"$*")
here=${folder}/sql/$host
text=$(cat)
[ "$host" != ${SILENT} ] || { echo 'connection refused' >&2; exit 2; }
printf '%s\\n' "$text" >>"$here.log"
case $text in
  *sys_file_settings*)
    role=f; [ "$host" = ${PRIMARY} ] || role=t
    echo "$role|$([ -e "$here.frozen" ] && echo on || echo -)|$([ -e "$here.vacuum" ] && echo off || echo -)|3" ;;
  *'RESET default_transaction_read_only'*) rm -f "$here.frozen" "$here.vacuum" ;;
  *'SYSTEM SET default_transaction_read_only'*) touch "$here.vacuum"; [ -e "$here.deaf" ] || touch "$here.frozen" ;;
  *sys_terminate_backend*) echo 3 ;;
  *'CREATE TABLE'*) [ ! -e "$here.frozen" ] || { echo 'ERROR:  cannot execute CREATE TABLE in a read-only transaction' >&2; exit 3; } ;;
  *backend_xid*) echo 0 ;;
  *sys_current_wal_lsn*) echo 0/5000060 ;;
  *sys_is_in_recovery*) echo primary ;;
esac
`;

const said = (host: string): string => runner.file(`sql/${host}.log`);

describe('freezeWrites', { timeout: 60_000 }, () => {
  it('freezes every node that answers, ends the sessions of the primary, proves it, and names who did not answer', () => {
    const done = runner.run('--follow', 'f1', 'freezeWrites');
    expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 });
    expect(JSON.parse(done.out)).toMatchObject({
      state: 'succeeded',
      result: {
        frozen: [
          { node: 'node1', lsn: '0/5000060' },
          { node: 'node2', lsn: null },
        ],
        notReached: 'node3',
      },
    });
    expect(said(PRIMARY)).toMatch(
      /ALTER ROLE esrep SET default_transaction_read_only = off;\nALTER SYSTEM SET default_/,
    );
    expect(said(PRIMARY)).toContain('sys_terminate_backend');
    expect(said(STANDBY)).toContain('ALTER SYSTEM SET autovacuum = off');
    expect(said(STANDBY)).not.toMatch(/ALTER ROLE|sys_terminate_backend/);
  });

  it('looks only, in a dry run', () => {
    const done = runner.run('--dry-run', 'f1', 'freezeWrites');
    expect(done.code).toBe(0);
    expect(done.out + done.err).toMatch(
      /sessions on node1 are ENDED[\s\S]*NOT FROZEN, because they do not answer: node3/,
    );
    expect(said(PRIMARY)).not.toContain('ALTER');
  });

  it('leaves the sessions alone where it is told to, and says what that means', () => {
    const done = runner.run('f1', 'freezeWrites', 'endSessions=false');
    expect({ code: done.code, err: done.err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('may still commit'),
    });
    expect(said(PRIMARY)).not.toContain('sys_terminate_backend');
  });

  it('refuses where thaw would take away what somebody else set', () => {
    writeFileSync(join(runner.folder, 'sql', `${STANDBY}.vacuum`), '');
    const done = runner.run('f1', 'freezeWrites');
    expect({ code: done.code, err: done.err }).toMatchObject({
      code: 3,
      err: expect.stringContaining('REFUSED freeze/autovacuum-set: autovacuum is set to off by ALTER SYSTEM on node2'),
    });
    expect(existsSync(join(runner.folder, 'sql', `${PRIMARY}.frozen`))).toBe(false);
  });

  it('fails where a node goes on taking writes', () => {
    writeFileSync(join(runner.folder, 'sql', `${PRIMARY}.deaf`), '');
    runner.kind('freezeWrites', KIND.replace('FREEZE_SECONDS=20', 'FREEZE_SECONDS=1'));
    const done = runner.run('f1', 'freezeWrites');
    expect({ code: done.code, err: done.err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('node1 still takes writes'),
    });
  });
});

describe('thaw', { timeout: 60_000 }, () => {
  it('takes it back on every node that answers, and proves that the primary takes writes', () => {
    expect(runner.run('f1', 'freezeWrites').code).toBe(0);
    const done = runner.run('t1', 'thaw');
    expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 });
    expect(JSON.parse(done.out)).toMatchObject({ result: { thawed: ['node1', 'node2'], notReached: 'node3' } });
    for (const host of [PRIMARY, STANDBY]) expect(existsSync(join(runner.folder, 'sql', `${host}.frozen`))).toBe(false);
    expect(said(PRIMARY)).toContain('ALTER ROLE esrep RESET default_transaction_read_only');
    // Frozen again and thawed again: each is an act of its own.
    expect(runner.run('f2', 'freezeWrites').code).toBe(0);
    expect(existsSync(join(runner.folder, 'sql', `${PRIMARY}.frozen`))).toBe(true);
  });
});
