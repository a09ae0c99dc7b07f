// Proves: assessRecoverability tells the four outcomes apart on real nodes and a real repository, with the reachable point, what is lost, and the records
// to write next: a point in time where archived WAL goes on after a backup; the end of the backup where that WAL is gone; mining of logs where there is
// WAL and no backup; little where there is neither, and only data directories are left. A repository whose host is off is no empty one: not known.
// The look changes nothing: no server is started or stopped, no file of a data directory differs, and no byte of the repository.
// Does not prove: mining of logs itself.
import { expect, it } from 'vitest';
import { sql } from '../../../lab/cluster';
import { applyFault, undoFault } from '../../../lab/faults';
import { quote } from '../../../lab/faults/processes';
import type { Lab } from '../../../lab/lab';
import { act, expectSucceeded, requestId } from '../../lab/support/actions';
import { catalogueOf, expectLagGone, HOST } from '../../lab/support/backups';
import { describeLab } from '../../lab/support/describeLab';
import { primaryOf } from '../../lab/support/failover';
import { DATABASES, digestOfData, onData } from '../../lab/support/formerPrimary';
import { repositoryOf } from '../../lab/support/drills';
import { endWatch, expectUntouched, setWatch } from '../../lab/support/restores';
import { useSharedLab } from '../../lab/support/sharedLab';
import { stillWatchers } from '../../lab/support/watchers';

const LIMIT = { timeout: 1_200_000 };
const ASIDE = '/var/tmp/assessed';

interface Assessed {
  readonly verdict: string;
  readonly bestPoint: string | null;
  readonly backup: string | null;
  readonly archivedUpTo: string | null;
  readonly missing: string | null;
  readonly backups: number;
  readonly lost: string;
  readonly dataOn: readonly string[];
  readonly notRead: readonly string[];
  readonly next: readonly string[];
}

describeLab('what can be brought back', () => {
  const scene = useSharedLab({ ownCopy: true });

  it('is a point in time where archived WAL goes on after a backup', LIMIT, async () => {
    const { lab } = scene;
    scene.doNotHandOn();
    const label = (await catalogueOf(lab)).backup.at(-1)?.label ?? '';
    const committed = await commitAndArchive(lab);
    const [watch, repository] = [await setWatch(lab), await repositorySum(lab)];
    const found = await assess(lab);
    expect(found).toMatchObject({
      ...{ verdict: 'pointInTime', backup: label, backups: 1, missing: null, dataOn: DATABASES, notRead: [] },
      next: expect.arrayContaining(['restoreToPoint target=latest mode=aside directory=/kbrescue/restored']) as unknown,
    });
    expect(Date.parse(found.bestPoint ?? '')).toBeGreaterThanOrEqual(committed);
    await expectUntouched(lab, watch);
    await endWatch(lab);
    expect(await repositorySum(lab)).toBe(repository);
  });

  it('is the end of the backup where the WAL behind it is gone', LIMIT, async () => {
    const { lab } = scene;
    const backup = (await catalogueOf(lab)).backup.at(-1);
    const last = backup?.archive.stop ?? '';
    // All behind the backup, as a disk that was cleared by hand.
    await inRepository(
      lab,
      `mkdir -p ${ASIDE}/wal
cd "$repository/archive/$stanza"/*-1
for file in */*; do name=$(basename "$file"); if [[ \${name:0:24} =~ ^[0-9A-F]{24}$ && \${name:0:24} > ${last} ]]; then mkdir -p "${ASIDE}/wal/$(dirname "$file")"; mv "$file" "${ASIDE}/wal/$file"; fi; done`,
    );
    const found = await assess(lab);
    expect(found).toMatchObject({ verdict: 'backupEnd', backup: backup?.label, archivedUpTo: last, notRead: [] });
    expect(Date.parse(found.bestPoint ?? '')).toBe((backup?.timestamp.stop ?? 0) * 1000);
    expect(found.lost).toMatch(/^everything committed after .*: no WAL was kept after the backup/);
    expect(found.next).toContain(
      `restoreToPoint target=immediate set=${backup?.label} mode=aside directory=/kbrescue/restored`,
    );
  });

  it('is not known while the repository does not answer', LIMIT, async () => {
    const { lab } = scene;
    await applyFault(lab, 'power-off', HOST);
    const found = await assess(lab);
    await applyFault(lab, 'power-on', HOST);
    expect(found).toMatchObject({
      verdict: 'unknown',
      bestPoint: null,
      next: expect.arrayContaining(['npm run diagnose -- backup']) as unknown,
    });
    expect(found.notRead.join()).toMatch(/^repository: /);
    expect(found.lost).toMatch(/^not known: /);
  });

  it('is what the logs hold where there is WAL and no backup', LIMIT, async () => {
    const { lab } = scene;
    await applyFault(lab, 'remove-stanza', HOST);
    await inRepository(lab, 'as_owner stanza-create >/dev/null');
    await commitAndArchive(lab);
    const found = await assess(lab);
    expect(found).toMatchObject({ verdict: 'logMining', bestPoint: null, backup: null, backups: 0, notRead: [] });
    expect(found.lost).toMatch(/^everything that the WAL there is does not hold/);
    expect(found.next).toContain('emergencyExtract node=node1 directory=/kbrescue/extract');
  });

  it('is little where there is neither, and the data directories lie untouched', LIMIT, async () => {
    const { lab } = scene;
    await stillWatchers(lab);
    for (const name of DATABASES) {
      await onData(
        lab,
        name,
        '"$bin/sys_ctl" -D "$d" -m fast -w stop >/dev/null; mkdir "$d/../wal-aside"; mv "$d"/pg_wal/0* "$d/../wal-aside/"',
      );
    }
    await inRepository(lab, 'rm -rf "$repository"/archive/"$stanza"/*-1/0*');
    const before = await Promise.all(DATABASES.map((name) => digestOfData(lab, lab.node(name))));
    const found = await assess(lab);
    expect(found).toMatchObject({
      verdict: 'low',
      bestPoint: null,
      backup: null,
      archivedUpTo: null,
      dataOn: DATABASES,
      notRead: [],
    });
    expect(found.lost).toMatch(/^everything that cannot be read out of a data directory/);
    expect(found.next).toEqual([
      'preserveEvidence node=node1',
      ...DATABASES.map((name) => `emergencyExtract node=${name} directory=/kbrescue/extract`),
    ]);
    expect(await Promise.all(DATABASES.map((name) => digestOfData(lab, lab.node(name))))).toEqual(before);

    // What the next file does not need: the lab is put back so far that it is healthy at its end.
    for (const name of DATABASES) {
      await onData(lab, name, 'mv "$d/../wal-aside"/0* "$d/pg_wal/"; rmdir "$d/../wal-aside"');
    }
    await undoFault(lab, 'remove-stanza', HOST);
    const lead = await act(lab, 'node1', requestId('again'), 'startCluster', 'node=node1', 'resumeAutomation=true');
    expectSucceeded(lead);
  });

  /** As whoever is on the first node asks for it. */
  async function assess(lab: Lab): Promise<Assessed> {
    const done = await act(lab, 'node1', requestId('assess'), 'assessRecoverability', 'node=node1');
    return expectSucceeded(done) as unknown as Assessed;
  }
});

/** Milliseconds since the epoch of a commit that is in the archive when this returns. */
async function commitAndArchive(lab: Lab): Promise<number> {
  const primary = await primaryOf(lab);
  await sql(lab, primary, 'create table if not exists assessed (n int); insert into assessed values (1)');
  const committed = Date.now() - 1_000;
  await sql(lab, primary, 'select sys_switch_wal()');
  await expectLagGone(lab);
  return committed;
}

async function inRepository(lab: Lab, script: string): Promise<string> {
  const { node, target } = await repositoryOf(lab);
  const words = `repository=$(sed -n 's/^repo1-path=//p' ${quote(target.conf)} | head -n 1) stanza=${quote(target.stanza)}
as_owner() { ${quote(`${lab.manifest().prefix}/bin/sys_rman`)} --config=${quote(target.conf)} --stanza="$stanza" "$@"; }`;
  const { stdout } = await node.script(`${words}\n${script}`, {
    as: 'kingbase',
    label: script.slice(0, 60),
    timeoutMs: 120_000,
  });
  return stdout.trim();
}

/** Of the catalogue and every backup; the archive goes on growing. */
function repositorySum(lab: Lab): Promise<string> {
  return inRepository(lab, 'find "$repository/backup" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum');
}
