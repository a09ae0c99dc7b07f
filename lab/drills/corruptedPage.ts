// A page of a standby is overwritten on its disk: sys_checksums has to name it, and reclone has to bring the node back, while clients go on.
import { sql } from '../cluster';
import { poll } from '../run';
import { actOn, onData, standbyOf, type Drill } from './drill';

const HURT = 'kb_drill_page';
const REPLAY_MS = 60_000;

export async function corruptedPage({ lab, step, measure, finding }: Drill): Promise<void> {
  const { primary, standby } = await standbyOf(lab);
  await sql(
    lab,
    primary,
    `drop table if exists ${HURT}; create table ${HURT} as select n, repeat('x', 200) t from generate_series(1, 2000) n; checkpoint`,
  );
  const there = await poll(
    async () => ((await sql(lab, standby, `select to_regclass('${HURT}') is not null`))[0] === 't' ? true : undefined),
    REPLAY_MS,
    300,
  );
  if (there !== true) throw new Error(`${standby.name} does not replay`);
  const [file = ''] = await sql(lab, standby, `select sys_relation_filepath('${HURT}')`);
  // Nobody starts it again meanwhile.
  await onData(
    lab,
    standby,
    'pkill -STOP -u kingbase -x kbha || true; "$bin/sys_ctl" -D "$d" -m fast -w stop >/dev/null',
  );
  try {
    await onData(
      lab,
      standby,
      `head -c 8192 /dev/urandom | dd of="$d/${file}" bs=8192 seek=3 conv=notrunc status=none; sync "$d/${file}"`,
    );
    const brokenAt = Date.now();
    step('fault');
    const said = await onData(lab, standby, '"$bin/sys_checksums" --check -D "$d" 2>&1 || true');
    if (!said.includes(file.split('/').at(-1) ?? '?'))
      finding(`sys_checksums does not name ${file}: ${said.split('\n').at(-1)}`);
    measure({ name: 'foundAfterSeconds', value: (Date.now() - brokenAt) / 1000, limit: null });
    step('detected');
    const id = `drill-reclone-${brokenAt}`;
    const record = await actOn(standby, id, 'reclone', `node=${standby.name}`, 'source=primary');
    step('recloned');
    measure({ name: 'recloneSeconds', value: record.seconds ?? NaN, limit: null });
    const count = await sql(lab, standby, `select count(*) from ${HURT} where length(t) = 200`);
    if (count[0] !== '2000') finding(`${standby.name} holds ${count[0]} of 2000 rows afterwards`);
    await onData(lab, standby, `rm -r --one-file-system "$d.old-${id}"`);
  } finally {
    await onData(lab, standby, 'pkill -CONT -u kingbase -x kbha || true');
  }
  await sql(lab, primary, `drop table ${HURT}`);
}
