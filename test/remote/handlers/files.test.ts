/**
 * Files on a node, with the real node script run by bash in a folder of the test. Proves: only what differs is written, drift per path, blocks and
 * crontabs leave the rest alone, what stood there before comes back, actions run once and are made up for after a crash.
 * Does not prove sudo, SELinux or a real firewalld: the lab does.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { filesHandler, type FilesInputs, type FilesOutputs } from '../../../remote/handlers/files';
import type { NodeFile } from '../../../remote/nodeFiles';
import type { Connection } from '../../../remote/remote';
import { LocalRemote } from '../../support/localRemote';
import { mine, targetIn } from '../../support/nodeTarget';

let root: string;
let remote: LocalRemote;
const connection: Connection = { host: '10.0.0.11', port: 22, user: 'ops', hostKey: 'ssh-ed25519 AAAA' };
const handler = () => filesHandler(() => remote);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kingbase-files-'));
  remote = new LocalRemote(root);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const at = (name: string): string => join(root, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const file = (content: string, more: Partial<NodeFile> = {}): NodeFile => ({
  text: content,
  mode: '0644',
  owner: mine,
  ...more,
});

function inputs(files: Record<string, NodeFile>): FilesInputs {
  const absolute = Object.entries(files).map(([name, value]) => [name.includes(':') ? name : at(name), value]);
  return { connection, target: targetIn(root), files: Object.fromEntries(absolute) as FilesInputs['files'] };
}

async function create(files: Record<string, NodeFile>): Promise<FilesOutputs> {
  return (await handler().create(inputs(files))).outs;
}

async function drift(outs: FilesOutputs): Promise<unknown> {
  const { observed } = (await handler().read('id', outs)).props;
  return observed?.reachable === true
    ? Object.fromEntries(Object.entries(observed.drift).map(([path, kind]) => [path.replace(`${root}/`, ''), kind]))
    : observed;
}

describe('whole files', () => {
  it.each([
    ['quotes and dollars', `a='$HOME' b="\`id\`" \\ %n\n`],
    ['Chinese', '# 金仓\n'],
    ['no final newline', 'x'],
    ['nothing', ''],
    ['many blank lines', '\n\n\na\n\n\n'],
    ['a block marker', '# BEGIN pulumi-kingbase\n# END pulumi-kingbase\n'],
  ])('land byte for byte with %s', async (_what, content) => {
    await create({ 'etc/a b.conf': file(content, { mode: '0640' }) });
    expect(text('etc/a b.conf')).toBe(content);
    expect(statSync(at('etc/a b.conf')).mode & 0o7777).toBe(0o640);
  });

  it('are all written in one round trip, and not touched again when nothing differs', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`etc/f${index}`, file(`${index}\n`)]));
    const outs = await create(files);
    expect(remote.calls).toHaveLength(1);
    const before = statSync(at('etc/f7')).ino;
    await handler().update('id', outs, outs);
    expect(statSync(at('etc/f7')).ino).toBe(before);
    expect(await drift(outs)).toEqual({});
  });

  it('show per path what was changed by hand, and are repaired exactly there', async () => {
    const names = ['gone', 'edited', 'mode', 'link', 'kept'];
    const outs = await create(Object.fromEntries(names.map((name) => [name, file(`${name}\n`)])));
    rmSync(at('gone'));
    writeFileSync(at('edited'), 'other\n');
    chmodSync(at('mode'), 0o600);
    rmSync(at('link'));
    writeFileSync(at('elsewhere'), 'link\n');
    symlinkSync(at('elsewhere'), at('link'));
    const kept = statSync(at('kept')).ino;
    const seen = (await handler().read('id', outs)).props;
    expect(await drift(outs)).toEqual({ gone: 'missing', edited: 'content', mode: 'mode', link: 'content' });
    expect(await handler().diff('id', seen, inputs({}))).toMatchObject({ changes: true });
    expect(await handler().diff('id', seen, outs)).toEqual({ changes: true });

    const repaired = (await handler().update('id', seen, outs)).outs;
    expect(await drift(repaired)).toEqual({});
    expect(names.map((name) => text(name))).toEqual(names.map((name) => `${name}\n`));
    expect(statSync(at('kept')).ino).toBe(kept);
    expect(text('elsewhere')).toBe('link\n');
    expect(await handler().diff('id', repaired, outs)).toEqual({ changes: false });
  });

  it('keep what somebody else had there, away from its folder, and put it back on delete', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc/limits.conf'), 'theirs\n', { mode: 0o600 });
    const outs = await create({ 'etc/limits.conf': file('ours\n') });
    await handler().update('id', outs, inputs({ 'etc/limits.conf': file('ours, newer\n') }));
    expect(text('etc/limits.conf')).toBe('ours, newer\n');
    expect(readDir('etc')).toEqual(['limits.conf']);
    await handler().delete('id', { ...outs, files: inputs({ 'etc/limits.conf': file('ours, newer\n') }).files });
    expect(text('etc/limits.conf')).toBe('theirs\n');
    expect(statSync(at('etc/limits.conf')).mode & 0o7777).toBe(0o600);
  });

  it('go on delete, except where a hand edited them since', async () => {
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const outs = await create({ a: file('a\n'), b: file('b\n') });
    writeFileSync(at('b'), 'edited\n');
    await handler().delete('id', outs);
    expect(existsSync(at('a'))).toBe(false);
    expect(text('b')).toBe('edited\n');
    expect(warned).toHaveBeenCalledWith(`warning: 10.0.0.11: ${at('b')} was edited by hand and is left there\n`);
  });

  it('go when they are no longer declared', async () => {
    const outs = await create({ a: file('a\n'), b: file('b\n') });
    await handler().update('id', outs, inputs({ b: file('b\n') }));
    expect(existsSync(at('a'))).toBe(false);
    expect(text('b')).toBe('b\n');
  });

  it('of sudo are refused before they land when visudo does not like them', async () => {
    remote.stub('visudo', 'echo "syntax error near line 1"; exit 1');
    const failing = create({ 'sudoers.d/kingbase': file('what?\n', { mode: '0440' }), later: file('x') });
    await expect(failing).rejects.toThrow(/visudo refuses the new text: syntax error near line 1/);
    expect(readDir('sudoers.d')).toEqual([]);
    expect(existsSync(at('later'))).toBe(false);
  });

  it('refuse to replace a directory', async () => {
    mkdirSync(at('x/y'), { recursive: true });
    await expect(create({ x: file('a') })).rejects.toThrow('is a directory, a file was to be put there');
  });
});

describe('a program of this package', () => {
  const TEXT = readFileSync(join(__dirname, '../../../templates/os/action.sh'), 'utf8');
  const program = (sha256: string): NodeFile => file('', { program: 'os/action.sh', sha256, mode: '0755' });
  const asked = program(createHash('sha256').update(TEXT).digest('hex'));

  it('lands as it is in the package, is compared by its digest, and goes on delete', async () => {
    const outs = await create({ 'action.sh': asked });
    expect(text('action.sh')).toBe(TEXT);
    expect(statSync(at('action.sh')).mode & 0o777).toBe(0o755);
    expect(await drift(outs)).toEqual({});
    writeFileSync(at('action.sh'), `${TEXT}# by hand\n`);
    expect(await drift(outs)).toEqual({ 'action.sh': 'content' });
    await handler().update('id', outs, outs);
    expect(text('action.sh')).toBe(TEXT);
    await handler().delete('id', outs);
    expect(existsSync(at('action.sh'))).toBe(false);
  });

  it('is refused where the package holds another text than was declared, and nothing lands', async () => {
    const creating = create({ 'action.sh': program('0'.repeat(64)) });
    await expect(creating).rejects.toThrow(/os\/action\.sh: the text of this package is another one/);
    expect(existsSync(at('action.sh'))).toBe(false);
  });
});

describe('blocks', () => {
  const block = (content: string): NodeFile => file(content, { block: 'pulumi-kingbase', mode: '0600' });
  const framed = (content: string): string => `# BEGIN pulumi-kingbase\n${content}# END pulumi-kingbase\n`;

  it('are appended, replaced in their place, and leave every other line, mode and owner alone', async () => {
    writeFileSync(at('keys'), 'theirs', { mode: 0o640 });
    const outs = await create({ keys: block('one\n') });
    expect(text('keys')).toBe(`theirs\n${framed('one\n')}`);
    writeFileSync(at('keys'), `first\n${framed('one\n')}last\n`);
    const next = inputs({ keys: block('two\nthree\n') });
    await handler().update('id', outs, next);
    expect(text('keys')).toBe(`first\n${framed('two\nthree\n')}last\n`);
    expect(statSync(at('keys')).mode & 0o7777).toBe(0o640);
    await handler().delete('id', { ...outs, ...next });
    expect(text('keys')).toBe('first\nlast\n');
  });

  it('make the file where there is none, with its mode, and take it away when nothing else came in', async () => {
    const outs = await create({ '.ssh/keys': block('one\n') });
    expect(text('.ssh/keys')).toBe(framed('one\n'));
    expect(statSync(at('.ssh/keys')).mode & 0o7777).toBe(0o600);
    expect(statSync(at('.ssh')).mode & 0o7777).toBe(0o700);
    await handler().delete('id', outs);
    expect(existsSync(at('.ssh/keys'))).toBe(false);
  });

  it('show drift of their own lines only', async () => {
    const outs = await create({ keys: block('one\n') });
    writeFileSync(at('keys'), `new line of theirs\n${text('keys')}`);
    expect(await drift(outs)).toEqual({});
    writeFileSync(at('keys'), text('keys').replace('one', 'two'));
    expect(await drift(outs)).toEqual({ keys: 'content' });
    writeFileSync(at('keys'), 'theirs\n');
    expect(await drift(outs)).toEqual({ keys: 'missing' });
    await handler().update('id', outs, outs);
    expect(text('keys')).toBe(`theirs\n${framed('one\n')}`);
  });

  it('come back whole where their end was cut away', async () => {
    writeFileSync(at('keys'), '# BEGIN pulumi-kingbase\nold\n');
    await create({ keys: block('one\n') });
    expect(text('keys')).toBe(`${framed('one\n')}old\n`);
  });
});

describe('the cron line', () => {
  const line = '*/1 * * * * kingbase . /etc/profile;/kb/bin/kbha -A daemon -f /kb/etc/repmgr.conf';
  const cron = (content: string): NodeFile => file(content, { block: 'pulumi-kingbase', onChange: 'cron' });

  it('that an operator commented out is reported as paused and stays so, also when its text is renewed', async () => {
    const outs = await create({ 'cron.d/KINGBASECRON': cron(`# why\n${line}\n`) });
    writeFileSync(at('cron.d/KINGBASECRON'), text('cron.d/KINGBASECRON').replace('*/1', '# */1'));
    const seen = (await handler().read('id', outs)).props;
    expect(await drift(outs)).toEqual({ 'cron.d/KINGBASECRON': 'paused' });
    expect(await handler().diff('id', seen, outs)).toEqual({ changes: false });
    const paused = text('cron.d/KINGBASECRON');
    await handler().update('id', seen, outs);
    expect(text('cron.d/KINGBASECRON')).toBe(paused);

    const moved = line.replaceAll('/kb/', '/kb2/');
    const renewed = await handler().update('id', seen, inputs({ 'cron.d/KINGBASECRON': cron(`# why\n${moved}\n`) }));
    expect(text('cron.d/KINGBASECRON')).toContain(`\n#${moved}\n`);
    expect(text('cron.d/KINGBASECRON')).not.toContain(`\n${moved}`);
    expect(renewed.outs.observed).toMatchObject({ drift: { [at('cron.d/KINGBASECRON')]: 'paused' } });
  });

  it('in a crontab is a block beside the lines of the user', async () => {
    const table = at('table');
    remote.stub(
      'crontab',
      `[ "$3" != kingbase ] && [ "$2" != kingbase ] && exit 9
       case $1 in
         -l) [ -e ${table} ] && cat ${table} || { echo "no crontab for kingbase" >&2; exit 1; } ;;
         -r) rm ${table} ;;
         *) cp "$3" ${table} ;;
       esac`,
    );
    const files = { 'crontab:kingbase': cron(`${line}\n`) };
    const outs = await create(files);
    expect(text('table')).toBe(`# BEGIN pulumi-kingbase\n${line}\n# END pulumi-kingbase\n`);
    writeFileSync(table, `0 3 * * * backup\n${text('table')}`);
    expect(await drift(outs)).toEqual({});
    await handler().delete('id', outs);
    expect(text('table')).toBe('0 3 * * * backup\n');
    remote.stub('crontab', 'echo "disk error" >&2; exit 1');
    await expect(create(files)).rejects.toThrow('crontab:kingbase: cannot read it: disk error');
    expect(text('table')).toBe('0 3 * * * backup\n');
  });
});

describe('what a change runs', () => {
  const hba = (content: string): NodeFile => file(content, { onChange: 'sysctl' });

  it('runs once per change after all files, and not where nothing changed', async () => {
    remote.stub('sysctl', `cat ${at('last')} >>${at('sysctl.log')}`);
    const files = { 'etc/sysctl.conf': hba('a=1\n'), last: file('last\n') };
    const outs = await create(files);
    expect(remote.stubCalls('sysctl')).toEqual([`-q -p ${at('etc/sysctl.conf')}`, 'last']);
    await handler().update('id', outs, inputs({ ...files, last: file('new\n') }));
    expect(remote.stubCalls('sysctl')).toHaveLength(2);
  });

  it('runs at the next attempt where it failed the first time, though no file differs any more', async () => {
    remote.stub('sysctl', 'echo "unknown key" >&2; exit 255');
    const files = { 'etc/sysctl.conf': hba('a=1\n') };
    await expect(create(files)).rejects.toThrow(/sysctl refuses it: unknown key/);
    remote.stub('sysctl');
    await create(files);
    expect(remote.stubCalls('sysctl')).toHaveLength(2);
    await create(files);
    expect(remote.stubCalls('sysctl')).toHaveLength(2);
  });

  it('starts a service of ours again that somebody stopped or disabled', async () => {
    const unit = 'systemd/system/securecmdd.service';
    remote.stub('systemctl');
    const outs = await create({ [unit]: file('[Service]\n', { onChange: 'securecmdd' }) });
    expect(await drift(outs)).toEqual({});
    remote.stub('systemctl', '[ "$1" != is-enabled ]');
    const seen = (await handler().read('id', outs)).props;
    expect(await drift(outs)).toEqual({ [unit]: 'unit' });
    expect(await handler().diff('id', seen, outs)).toEqual({ changes: true });
    rmSync(at('systemctl.log'));
    await handler().update('id', seen, outs);
    expect(remote.stubCalls('systemctl')).toEqual([
      'is-enabled --quiet securecmdd.service',
      'daemon-reload',
      'cat securecmdd.service',
      'enable --quiet securecmdd.service',
      'restart securecmdd.service',
    ]);
  });

  it('takes a configuration back that firewalld refuses', async () => {
    const rules = (content: string): NodeFile => file(content, { onChange: 'firewalld' });
    remote.stub('firewall-cmd');
    remote.stub('systemctl');
    remote.stub('firewall-offline-cmd');
    const outs = await create({ 'fw/a.xml': rules('good\n') });
    expect(remote.stubCalls('firewall-cmd')).toEqual(['--reload']);
    remote.stub('firewall-offline-cmd', 'echo INVALID_SERVICE; exit 101');
    const news = inputs({ 'fw/a.xml': rules('bad\n'), 'fw/b.xml': rules('new\n') });
    await expect(handler().update('id', outs, news)).rejects.toThrow(/refused and was taken back: INVALID_SERVICE/);
    expect(text('fw/a.xml')).toBe('good\n');
    expect(existsSync(at('fw/b.xml'))).toBe(false);
    expect(remote.stubCalls('firewall-cmd')).toHaveLength(1);
  });
});

describe('the resource', () => {
  it('stays as it is when its host cannot be reached, and says why', async () => {
    const outs = await create({ a: file('a\n') });
    remote.isDown = true;
    const { id, props } = await handler().read('id', outs);
    expect(id).toBe('id');
    expect(props).toEqual({ ...outs, observed: { reachable: false, reason: 'node1: cannot connect to port 22' } });
    expect(await handler().diff('id', props, outs)).toEqual({ changes: false });
  });

  it('passes a delete with a warning when the host is gone', async () => {
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const outs = await create({ a: file('a\n') });
    remote.isDown = true;
    await handler().delete('id', outs);
    expect(warned).toHaveBeenCalledWith(
      expect.stringMatching(/^warning: 10\.0\.0\.11: not reachable, our files stay there/),
    );
  });

  it('is replaced when the host changes, updated when only the way to it does', async () => {
    const outs = await create({ a: file('a\n') });
    const moved = { ...outs, connection: { ...connection, host: '10.0.0.12' } };
    expect(await handler().diff('id', outs, moved)).toEqual({ changes: true, replaces: ['connection'] });
    const rekeyed = { ...outs, connection: { ...connection, user: 'root' } };
    expect(await handler().diff('id', outs, rekeyed)).toEqual({ changes: true });
  });
});

function readDir(name: string): string[] {
  return existsSync(at(name)) ? readdirSync(at(name)) : [];
}
