// Proves: a host that cloud-init set up mounts its volumes by label at a later start as well, and comes back as the standby that it was. A volume that
// comes late (a host that starts before its volume is attached, longer than the system itself waits) holds nothing else up: the host answers ssh, no
// database is started and nothing can be written beneath the mount points; when the volume comes, it is mounted and the standby follows again.
// Seen to fail: without the mark that forbids writing beneath the mount points, files lay there.
// Does not prove: mounts by systemd's own units, which a container leaves out; what is proved is the service that stands in for them.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { nodePaths } from '../../../lab/paths';
import { createProgress } from '../../../lab/progress';
import { poll } from '../../../lab/run';
import { labUp } from '../../../lab/up';
import { cloud, CLOUD_LAB, takesDownCloudLab } from '../../lab/support/cloudLab';
import { describeLab } from '../../lab/support/describeLab';
import { expectHealthy } from '../../lab/support/health';

const UNIT = 'lab-hide.service';
const MOUNTED_MS = 120_000;
/** None of them at first is an answer, too. */
const MOUNTS =
  "{ findmnt -n -o TARGET --list | grep -E '^/(kbdata|kbwal|var/lib/pulumi-kingbase)$' || true; } | sort | xargs";

/** On the node's own disk, while it is off: at its next start the volume is not there, whatever the machine gives it. */
function hideAtNextStart(upper: string, device: string): () => void {
  const units = join(upper, 'etc/systemd/system');
  const link = join(units, 'sysinit.target.wants', UNIT);
  mkdirSync(dirname(link), { recursive: true, mode: 0o755 });
  writeFileSync(
    join(units, UNIT),
    `[Unit]\nDefaultDependencies=no\nBefore=sysinit.target\n[Service]\nType=oneshot\nExecStart=/bin/umount ${device}\nExecStart=/bin/rm -f ${device}\n`,
  );
  symlinkSync(`../${UNIT}`, link);
  return () => [link, join(units, UNIT)].forEach((path) => rmSync(path, { force: true }));
}

describeLab('the volumes of a host that starts again', () => {
  takesDownCloudLab();

  it('are mounted by label, at once or when they come', async () => {
    const { lab } = await labUp({ ...CLOUD_LAB, cloud, progress: createProgress() });
    const { primary } = await expectHealthy(lab);
    const standby = lab.nodes().find(({ name, info }) => info().role === 'database' && name !== primary);
    if (standby === undefined) throw new Error('there is no standby');
    const mounts = async (): Promise<string> => (await standby.script(MOUNTS, { label: 'mounts' })).stdout.trim();
    const all = '/kbdata /kbwal /var/lib/pulumi-kingbase';

    await standby.powerOff();
    await standby.powerOn();
    expect(await poll(async () => ((await mounts()) === all ? true : undefined), MOUNTED_MS, 500)).toBe(true);
    await expectHealthy(lab, { primary: primary as string });

    const data = `/dev/disk/by-id/lab_vol0${standby.info().octet}data`;
    // Its loop device has another number at each start, and those of the other nodes have the same label.
    const { stdout: id } = await standby.script('findmnt -n -o UUID /kbdata', { label: 'file system' });
    await standby.powerOff();
    const show = hideAtNextStart(nodePaths(lab.name, standby.name).upper, data);
    await standby.powerOn();
    const seen = await standby.script(
      `systemctl is-system-running --wait >/dev/null || true
for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 2; findmnt -n /kbdata && exit 1; done
systemctl is-active pulumi-kingbase-volumes.service
{ touch /kbdata/beneath /var/lib/pulumi-kingbase/beneath 2>&1 || true; } | grep -c 'not permitted' || true
pgrep -c -u kingbase -f 'kingbase -D' || true`,
      { label: 'without its volume', timeoutMs: 240_000 },
    );
    expect(seen.stdout.trim().split('\n')).toEqual(['active', '2', '0']);
    const { stdout: now } = await standby.script(`blkid -U ${id.trim()}`, { label: 'device now' });
    expect(now).toMatch(/^\/dev\/loop\d+\n$/);
    await standby.script(`ln -s ${now.trim()} ${data}`, { label: 'attach' });
    expect(await poll(async () => ((await mounts()) === all ? true : undefined), MOUNTED_MS, 500)).toBe(true);
    await expectHealthy(lab, { primary: primary as string });

    await standby.powerOff();
    show();
    await standby.powerOn();
    await expectHealthy(lab, { primary: primary as string });
  }, 1_100_000);
});
