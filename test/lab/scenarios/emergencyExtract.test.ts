// Proves: of a stopped standby with two damaged pages in one table, every other table is dumped whole and counted back, the damaged one is dumped with
// what remains and named with exactly these pages; the original directory is the same afterwards, by the checksum of every file; a directory in
// which a server runs is refused; afterwards the node is as it was.
// Does not prove: what KingbaseES's own sys_dump does with a damaged catalogue; a control file or WAL that cannot be read.
// Seen to fail: with zero_damaged_pages taken out of the copy's settings, the damaged table is unreadable instead of damaged; with step_check left
// out, the page whose header is sound is not named; with a file of the original touched in between, the action fails and names it.
import { expect, it } from 'vitest';
import type { NodePaths } from '../../../core/topology/types';
import { sql } from '../../../lab/cluster';
import type { LabNode } from '../../../lab/lab';
import { poll } from '../../../lab/run';
import { quoteWord } from '../../../remote/shell';
import { act, refusals, requestId } from '../support/actions';
import { describeLab } from '../support/describeLab';
import { expectHealthy, waitForReplay } from '../support/health';
import { primaryOf } from '../support/failover';
import { planOf } from '../support/filesOnNode';
import { useSharedLab } from '../support/sharedLab';

type Paths = Pick<NodePaths, 'bin' | 'data' | 'repmgrConf'>;

interface Table {
  readonly table: string;
  readonly state: string;
  readonly dump: string | null;
  readonly damagedPages: readonly { readonly file: string; readonly block: number }[];
}

const DIRECTORY = '/var/tmp/kbrescue';
/** Header and all; and rows only, which nothing but the checksum tells. */
const [TORN, FLIPPED] = [3, 7];

describeLab('a damaged page', () => {
  const scene = useSharedLab();

  it('costs its own rows only, and the original nothing', async () => {
    const { lab } = scene;
    const primary = await primaryOf(lab);
    const standby = lab
      .nodes()
      .find((node) => node.info().role === 'database' && node.name !== primary.name) as LabNode;
    const paths = (await planOf(lab)).nodes.find(({ name }) => name === standby.name)?.paths;
    if (paths === undefined) throw new Error(`${standby.name} is not planned`);
    await sql(
      lab,
      primary,
      `DROP TABLE IF EXISTS rescue_whole, rescue_hurt;
       CREATE TABLE rescue_whole AS SELECT g AS id, repeat('w', 200) AS text FROM generate_series(1, 5000) g;
       CREATE TABLE rescue_hurt AS SELECT g AS id, repeat('h', 200) AS text FROM generate_series(1, 5000) g;
       CREATE SEQUENCE IF NOT EXISTS rescue_next;
       CHECKPOINT;`,
    );
    await waitForReplay(lab, primary, [standby]);
    const [file = ''] = await sql(lab, standby, `SELECT sys_relation_filepath('rescue_hurt')`);
    const path = `${paths.data}/${file}`;
    const words = ['emergencyExtract', `node=${standby.name}`, `directory=${DIRECTORY}`] as const;
    expect(refusals(await act(lab, standby.name, '--dry-run', requestId('extract'), ...words))).toEqual([
      'extract/server-runs',
    ]);

    await standby.exec(['rm', '-rf', DIRECTORY, `${DIRECTORY}.page`]);
    await stopDatabase(standby, paths);
    try {
      await run(
        standby,
        { path },
        `cp -p "$path" ${DIRECTORY}.page
head -c 8192 /dev/urandom | dd of="$path" bs=8192 seek=${TORN} conv=notrunc status=none
printf x | dd of="$path" bs=1 seek=$((${FLIPPED} * 8192 + 8000)) conv=notrunc status=none
sync "$path"`,
      );
      const before = await checksums(standby, paths.data);
      const done = await act(lab, standby.name, requestId('extract'), ...words);
      expect({ code: done.code, said: done.said }).toMatchObject({ code: 0 });
      expect(done.record?.result).toMatchObject({ damaged: 1, unreadable: 0, original: 'unchanged' });
      expect(await checksums(standby, paths.data)).toEqual(before);

      const report = JSON.parse((await standby.exec(['cat', `${DIRECTORY}/report.json`])).stdout) as {
        tables: Table[];
      };
      const table = (name: string): Table | undefined => report.tables.find((one) => one.table === `public.${name}`);
      expect(table('rescue_hurt')).toMatchObject({
        state: 'damaged',
        damagedPages: [TORN, FLIPPED].map((block) => ({ file, block })),
      });
      expect(report.tables.filter(({ state }) => state !== 'whole').map((one) => one.table)).toEqual([
        'public.rescue_hurt',
      ]);
      expect(table('rescue_next')?.dump).toMatch(/\.dump$/);
      expect(await rowsOf(standby, paths.bin, table('rescue_whole'))).toBe(5000);
      const left = await rowsOf(standby, paths.bin, table('rescue_hurt'));
      expect(left).toBeGreaterThan(4900);
      expect(left).toBeLessThan(5000);
      await standby.script(`cd ${DIRECTORY}/dump; sha256sum --quiet -c SHA256SUMS`);
      expect((await standby.exec(['pgrep', '-f', `${DIRECTORY}/data`], { anyExit: true })).stdout).toBe('');
    } finally {
      await run(
        standby,
        { path },
        `[ ! -e ${DIRECTORY}.page ] || cp -p ${DIRECTORY}.page "$path"; rm -rf ${DIRECTORY}.page ${DIRECTORY}`,
      );
      await startAgain(standby, paths);
    }
    await expectHealthy(lab);
    await sql(lab, await primaryOf(lab), 'DROP TABLE rescue_whole, rescue_hurt; DROP SEQUENCE rescue_next;');
    await waitForReplay(lab, await primaryOf(lab), [standby]);
  });
});

/** A script with these variables. */
function run(
  node: LabNode,
  values: Readonly<Record<string, string>>,
  script: string,
): Promise<{ readonly stdout: string }> {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoteWord(value)}`);
  return node.script([...lines, script].join('\n'), { label: script.slice(0, 60) });
}

/** As an operator does it: nobody may start it again, the primary's repmgrd included; then a clean stop. */
async function stopDatabase(node: LabNode, { bin, data, repmgrConf: conf }: Paths): Promise<void> {
  await run(
    node,
    { bin, data, conf },
    `runuser -u kingbase -- "$bin/repmgr" -f "$conf" service pause >&2
/usr/local/lib/pulumi-kingbase/automation.sh pause
for daemon in kbha repmgrd; do pkill -f "(^|/)$daemon .*-f " || true; done
runuser -u kingbase -- "$bin/sys_ctl" -D "$data" -m fast -w -t 60 stop`,
  );
  const status = ['runuser', '-u', 'kingbase', '--', `${bin}/sys_ctl`, '-D', data, 'status'];
  const stays = async (): Promise<true | undefined> =>
    (await node.exec(status, { anyExit: true })).code === 3 ? true : undefined;
  expect(await poll(stays, 60_000), `the database of ${node.name} stays stopped`).toBe(true);
}

async function startAgain(node: LabNode, { bin, data, repmgrConf: conf }: Paths): Promise<void> {
  // Not left to cron, which looks once a minute.
  await run(
    node,
    { bin, data, conf },
    `runuser -u kingbase -- "$bin/sys_ctl" -D "$data" -w -t 60 -l /dev/null start >/dev/null 2>&1 </dev/null
runuser -u kingbase -- "$bin/repmgrd" -d -v -f "$conf" >/dev/null 2>&1 </dev/null || true
runuser -u kingbase -- "$bin/kbha" -A daemon -f "$conf" >/dev/null 2>&1 </dev/null || true
/usr/local/lib/pulumi-kingbase/automation.sh resume`,
  );
  // It asks every node, and answers well only once this one is back.
  const unpause = ['runuser', '-u', 'kingbase', '--', `${bin}/repmgr`, '-f', conf, 'service', 'unpause'];
  const unpaused = async (): Promise<true | undefined> =>
    (await node.exec(unpause, { anyExit: true })).code === 0 ? true : undefined;
  expect(await poll(unpaused, 180_000, 1000), `${node.name} is back, and repmgrd unpaused`).toBe(true);
}

async function checksums(node: LabNode, data: string): Promise<readonly string[]> {
  const { stdout } = await run(node, { data }, 'cd "$data"; find -L . -type f -print0 | sort -z | xargs -0 sha256sum');
  return stdout.trim().split('\n');
}

async function rowsOf(node: LabNode, bin: string, table: Table | undefined): Promise<number> {
  const { stdout } = await run(
    node,
    { bin, dump: table?.dump ?? '' },
    `"$bin/sys_restore" -f - "${DIRECTORY}/dump/$dump" | awk '/^COPY /{on=1;next} /^\\\\[.]$/{on=0} on{n++} END{print n+0}'`,
  );
  return Number(stdout);
}
