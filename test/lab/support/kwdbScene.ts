// The lab of KWDB for one scenario file: three hosts with the stand-in, as kaiwudb.service, in the shape that the file asks for. A file that finds them
// running takes them over; data, settings and our files of the one before go. Whatever is asked of a node here is asked with systemctl and kwbase, so that the
// scenarios can run on a real KWDB: only `turn`, which makes a server fail on purpose, is the stand-in's own.
import { afterAll, beforeAll } from 'vitest';
import { machinesDown } from '../../../lab/create';
import { kwdbSql, kwdbUp, type KwdbUpOptions } from '../../../lab/kwdbLab';
import { openLab, type Lab } from '../../../lab/lab';
import { withLock } from '../../../lab/lock';
import { readManifest } from '../../../lab/manifest';
import { labPaths } from '../../../lab/paths';
import { createProgress } from '../../../lab/progress';
import { poll } from '../../../lab/run';
import { skipReason } from './describeLab';
import { KWDB } from './kwdbName';

export const STORE = '/var/lib/kaiwudb';
export const ENGINE_LEVEL = 'SELECT wal_level FROM kwdb_internal.kwdb_tse_info';
/** A real one takes ten seconds to stop; where that is not the matter, one is enough. */
const QUICK = { stop_seconds: '1' };

export function useKwdb(shape: NonNullable<KwdbUpOptions['shape']>): KwdbScene {
  const held: { lab?: Lab; release?: () => void } = {};
  beforeAll(async () => {
    if (skipReason !== undefined) return;
    held.release = await onlyUser();
    if (readManifest(KWDB.name)?.phase !== 'ready') await machinesDown(KWDB.name);
    else await clean(openLab(KWDB.name));
    await kwdbUp({ ...KWDB, shape, progress: createProgress() });
    held.lab = openLab(KWDB.name);
    await Promise.all(held.lab.nodes().map((node) => turn(held.lab as Lab, node.name, {})));
  });
  afterAll(() => held.release?.());
  return new KwdbScene(() => held.lab as Lab);
}

/** Waits until no other file uses it; the lock dies with this process. */
function onlyUser(): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const lock = `${labPaths(KWDB.name).lock}.scenarios`;
    withLock(lock, () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** As the hosts were before the first deployment. */
async function clean(lab: Lab): Promise<void> {
  await Promise.all(
    lab.nodes().map(async (node) => {
      if (!node.isRunning()) await node.powerOn();
      await node.script(
        `
systemctl stop pulumi-kwdb-backup.timer 2>/dev/null || true
rm -rf /etc/systemd/system/kaiwudb.service.d /run/systemd/system/kaiwudb.service.d /etc/systemd/system/pulumi-kwdb-* /etc/systemd/system/multi-user.target.d/60-pulumi-kwdb.conf
rm -rf /etc/kaiwudb/lab.conf /usr/local/lib/pulumi-kwdb /etc/pulumi-kwdb /var/lib/pulumi-kingbase /etc/firewalld/policies/pulumi-kwdb.xml
rm -rf /root/wal.aside /backups
printf 'stop_seconds=0\\n' >/etc/kaiwudb/lab.conf
systemctl daemon-reload
/opt/kaiwudb-package/deploy.sh uninstall y
rm -f /etc/kaiwudb/lab.conf /etc/kaiwudb/certs/* /root/secure.cfg
# Restores that were to fail, and servers that were killed.
systemctl reset-failed
`,
        { label: 'take KWDB away', timeoutMs: 120_000 },
      );
    }),
  );
}

async function turn(lab: Lab, node: string, keys: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries({ ...QUICK, ...keys }).map(([key, value]) => `${key}=${value}`);
  await lab.node(node).exec(['tee', '/etc/kaiwudb/lab.conf'], { stdin: `${lines.join('\n')}\n` });
}

export class KwdbScene {
  constructor(private readonly current: () => Lab) {}

  get lab(): Lab {
    return this.current();
  }

  /** Rows of the last statement, without its header. */
  async rows(node: string, ...statements: readonly string[]): Promise<readonly string[]> {
    let out = '';
    for (const statement of statements) {
      const { code, stdout, stderr } = await kwdbSql(this.lab.node(node), statement);
      if (code !== 0) throw new Error(`${node}: ${statement}: ${stderr}`);
      out = stdout;
    }
    return out.trimEnd().split('\n').slice(1);
  }

  async value(node: string, statement: string): Promise<string> {
    return (await this.rows(node, statement))[0] ?? '';
  }

  levels(): Promise<readonly string[]> {
    return Promise.all(this.lab.nodes().map((node) => this.value(node.name, ENGINE_LEVEL)));
  }

  /** How the server of a node fails from now on; {}: not at all. */
  turn(node: string, keys: Readonly<Record<string, string>>): Promise<void> {
    return turn(this.lab, node, keys);
  }

  systemctl(node: string, ...words: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
    return this.lab.node(node).exec(['systemctl', ...words], { anyExit: true, timeoutMs: 300_000 });
  }

  async output(node: string, ...argv: readonly string[]): Promise<string> {
    return (await this.lab.node(node).exec(argv, { anyExit: true, timeoutMs: 300_000 })).stdout;
  }

  async ready(node: string): Promise<void> {
    await this.until(`${node} answers`, async () => (await kwdbSql(this.lab.node(node), 'SHOW DATABASES')).code === 0);
  }

  async until(what: string, holds: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    if ((await poll(async () => ((await holds()) ? true : undefined), timeoutMs, 200)) !== true)
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
  }

  /** kill -9 of the main process of the service. */
  async kill9(node: string): Promise<void> {
    await this.lab.node(node).script('kill -9 "$(systemctl show -p MainPID --value kaiwudb)"');
  }

  /** A time-series table with rows of distinct devices, so that every group of the log gets some. */
  async makeMeter(node: string): Promise<void> {
    const table = 'plant.meter (ts TIMESTAMP NOT NULL, v FLOAT, note VARCHAR(20)) TAGS (dev INT NOT NULL)';
    await this.rows(node, 'CREATE TS DATABASE plant', `CREATE TABLE ${table} PRIMARY TAGS (dev)`);
  }

  async insert(node: string, from: number, rows: number): Promise<void> {
    const values = Array.from({ length: rows }, (_, index) => `('2026-01-01 00:00:00', 0.5, 'a,"b"', ${from + index})`);
    await this.rows(node, `INSERT INTO plant.meter VALUES ${values.join(', ')}`);
  }

  async count(node: string, table = 'plant.meter'): Promise<number> {
    return Number(await this.value(node, `SELECT count(*) FROM ${table}`));
  }
}
