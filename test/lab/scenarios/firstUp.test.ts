// Proves: from nothing, one command gives one primary and two streaming standbys with repmgrd and kbha on each and the virtual
// IP on the primary, writable there; the same program again, and again after reading every host, changes nothing.
// Does not prove: anything about failures, or about the media of the vendor.
import pg from 'pg';
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { machinesDown } from '../../../lab/create';
import { openLab } from '../../../lab/lab';
import { createProgress } from '../../../lab/progress';
import { labUp } from '../../../lab/up';
import { describeLab } from '../support/describeLab';
import { expectHealthy } from '../support/health';
import { runProgram } from '../support/program';
import { handOnAsCopy } from '../support/sharedLab';
import { SHARED } from '../support/sharedName';
import { endpointOf } from '../support/writeLoad';

describeLab('the first up', () => {
  it('stands up one primary and two streaming standbys with all their daemons', async () => {
    await machinesDown(SHARED.name);
    const { lab, report } = await labUp({ ...SHARED, engine: 'standin', progress: createProgress() });
    expect(report?.reasons).toEqual([]);
    await expectHealthy(lab, { primary: 'node1' });
  });

  it('answers at the read-write endpoint, where a row can be written that every node then has', async () => {
    const lab = openLab(SHARED.name);
    const client = new pg.Client({ ...(await endpointOf(lab)), connectionTimeoutMillis: 30_000 });
    await client.connect();
    const where = await client.query<{ server: string }>('select host(inet_server_addr()) as server');
    expect(where.rows[0]?.server).toBe(lab.manifest().virtualIp.split('/')[0]);
    await client.query('create table first_up (n int primary key)');
    await client.query('insert into first_up values (42)');
    await client.end();
    await expectHealthy(lab, { primary: 'node1' });
    for (const name of ['node1', 'node2', 'node3'])
      expect(await sql(lab, lab.node(name), 'select n from first_up')).toEqual(['42']);
    await sql(lab, lab.node('node1'), 'drop table first_up');
  });

  it('changes nothing when run again', async () => {
    const again = await runProgram(openLab(SHARED.name), 'up');
    expect(again.changed).toEqual([]);
    expect(again.ok).toBe(true);
  });

  it('finds and changes nothing when every host is read first', async () => {
    const again = await runProgram(openLab(SHARED.name), 'up', ['--refresh']);
    expect(again.drifted).toEqual([]);
    expect(again.changed).toEqual([]);
    expect(again.ok).toBe(true);
    await handOnAsCopy(openLab(SHARED.name));
  });
});
