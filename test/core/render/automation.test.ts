/** automation.sh as rendered, run by a real sh on a cron.d file and on a stand-in crontab(1). */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { renderTemplate } from '../../../core/render/template';

const LINE = '*/1 * * * * kingbase  . /etc/profile;/opt/kb/bin/kbha -A daemon -f /opt/kb/etc/repmgr.conf';
const OTHERS = '# BEGIN pulumi-kingbase\n# note\n';
const TABLE = `${OTHERS}${LINE}\n# END pulumi-kingbase\n0 1 * * * root /backup\n`;
const PAUSED = `${OTHERS}#${LINE}\n# END pulumi-kingbase\n0 1 * * * root /backup\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'automation-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(['cron.d', 'crontab'])('automation.sh for %s', (form) => {
  const run = (verb: string) => {
    const table = join(folder, 'TABLE');
    // A crontab(1) that keeps its table in a file; it must stand first on PATH, which the script sets itself.
    writeFileSync(
      join(folder, 'crontab'),
      `#!/bin/sh\n[ "$1 $2" = "-u kingbase" ] || exit 9\nif [ "$3" = -l ]; then exec cat "${table}"; fi\ncat > "${table}.new" && mv "${table}.new" "${table}"\n`,
    );
    chmodSync(join(folder, 'crontab'), 0o755);
    const text = renderTemplate(loadTemplates(), 'os/automation.sh', 'shell', {
      form,
      user: 'kingbase',
      file: form === 'crontab' ? '' : table,
    });
    const result = spawnSync('sh', ['-s', verb], {
      input: text.replace('PATH=/', `PATH=${folder}:/`),
      encoding: 'utf8',
    });
    return {
      code: result.status,
      out: result.stdout.trim(),
      error: result.stderr,
      table: existsSync(table) ? readFileSync(table, 'utf8') : undefined,
    };
  };
  const put = (text: string) => writeFileSync(join(folder, 'TABLE'), text);

  it('pauses, resumes and says which of the two, and leaves other lines alone', () => {
    put(TABLE);
    expect(run('status')).toMatchObject({ out: 'active', table: TABLE });
    expect(run('pause')).toMatchObject({ code: 0, out: 'paused', table: PAUSED });
    expect(run('pause')).toMatchObject({ code: 0, out: 'paused', table: PAUSED });
    expect(run('resume')).toMatchObject({ code: 0, out: 'active', table: TABLE });
  });

  it('takes the comment away that another tool set', () => {
    put(PAUSED.replace('#*/1', '## */1'));
    expect(run('resume')).toMatchObject({ code: 0, out: 'active', table: TABLE });
  });

  it('changes nothing where there is no line, or no table', () => {
    put('0 1 * * * root /backup\n');
    expect(run('resume')).toMatchObject({
      code: 1,
      table: '0 1 * * * root /backup\n',
      error: expect.stringMatching(/^no line of kbha in .*: nothing to resume/),
    });
    rmSync(join(folder, 'TABLE'));
    expect(run('pause')).toMatchObject({ code: 1, table: undefined });
    expect(run('status')).toMatchObject({ code: 0, out: 'missing' });
  });

  it('knows no other verb', () => {
    put(TABLE);
    expect(run('stop')).toMatchObject({ code: 2, table: TABLE });
  });
});
