// Proves: volumes.sh with real file systems on real devices, in a mount namespace of its own: the declared volume is mounted and not another one under
// its label; one that the system mounted in its place is taken off; a copy that lies about is named; a larger volume becomes a larger file system.
// Seen to fail: with the label alone compared, `check` passed on the older copy.
// Does not prove: names of NVMe devices, or what EC2 does to a volume that grows.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeLab } from './support/describeLab';

const PROGRAM = resolve('templates/os/volumes.sh');
const ID = 'vol-0aaa';

/** ext4 grows for CAP_SYS_RESOURCE, which not every container leaves to its root: there it is shown that this is told. */
function mayResize(): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> 24n) & 1n) === 1n;
}

describeLab('the volumes of a host', () => {
  let folder: string;
  let label: string;
  let loops: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kb-volumes-'));
    label = `kbt-${process.pid % 100_000}`;
    loops = [];
    for (const name of ['by-id', 'data', 'etc', 'work']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'etc', 'fstab'), '');
    declareType('ext4');
  });
  afterEach(() => {
    sh(`chattr -i ${folder}/data`);
    for (const loop of loops) sh(`losetup -d ${loop}`);
    rmSync(folder, { recursive: true, force: true });
  });

  function declareType(type: string): void {
    const line = `${ID} ${label} ${type} ${folder}/data noatime`;
    writeFileSync(join(folder, 'conf'), `volumes() { printf '%s\\n' '${line}'; }\n`);
  }

  function sh(script: string): { readonly code: number | null; readonly said: string } {
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C',
      KB_VOLUMES_CONF: `${folder}/conf`,
      KB_VOLUMES_DEVICES: `${folder}/by-id`,
      KB_VOLUMES_WAIT: '3',
    };
    const done = spawnSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8', timeout: 60_000 });
    return { code: done.status, said: done.stdout + done.stderr };
  }

  /** Nothing of it is seen outside; notes lie in a directory of its own, and `mount` reads this fstab. */
  function onHost(script: string): ReturnType<typeof sh> {
    writeFileSync(
      join(folder, 'script'),
      `set -e
mount -t tmpfs none /var/lib
mount -t overlay -o lowerdir=/etc,upperdir=${folder}/etc,workdir=${folder}/work overlay /etc
volumes() { bash ${PROGRAM} "$@"; }
who() { cat ${folder}/data/who; }
${script}`,
    );
    return sh(`unshare --mount --propagation private bash ${folder}/script`);
  }

  function device(image: string): string {
    const loop = sh(`losetup --find --show ${image}`).said.trim();
    expect(loop).toMatch(/^\/dev\/loop\d+$/);
    loops.push(loop);
    return loop;
  }

  function volume(name: string, type = 'ext4'): { readonly image: string; readonly loop: string } {
    const image = join(folder, `${name}.img`);
    expect(sh(`truncate -s 1G ${image}; mkfs.${type} -q -L ${label} ${image}`)).toMatchObject({ code: 0 });
    const loop = device(image);
    expect(onHost(`mount ${loop} ${folder}/data; echo ${name} >${folder}/data/who`)).toMatchObject({ code: 0 });
    return { image, loop };
  }

  /** As one made from a snapshot: the same label, another volume. */
  function copyOf(image: string): string {
    sh(`cp --sparse=always ${image} ${folder}/copy.img`);
    const loop = device(`${folder}/copy.img`);
    expect(onHost(`mount ${loop} ${folder}/data; echo copy >${folder}/data/who`)).toMatchObject({ code: 0 });
    symlinkSync(loop, join(folder, 'by-id', 'x_vol0bbb'));
    return loop;
  }

  it('are those that are declared, not others under their labels', () => {
    const { image, loop } = volume('own');
    symlinkSync(loop, join(folder, 'by-id', `x_${ID.replace('-', '')}`));
    expect(onHost('volumes boot; who')).toEqual({ code: 0, said: 'own\n' });
    const copy = copyOf(image);
    const wrong = onHost(`mount ${copy} ${folder}/data; volumes check`);
    expect(wrong.code, wrong.said).toBe(1);
    expect(wrong.said).toContain(`${folder}/data (${copy} is not ${ID}, which is ${loop})`);
    // What the system mounted in the meantime is taken off; the copy is named until it is gone.
    const righted = onHost(`mount ${copy} ${folder}/data; volumes boot || who`);
    expect(righted.said).toContain(`${copy} is mounted on ${folder}/data in the place of ${loop}: taken off`);
    expect(righted.said).toContain(`is right, and ${copy} has the label ${label} too`);
    expect(righted.said).toMatch(/^own\n/);
    const used = onHost(`mount ${copy} ${folder}/data; exec 9<${folder}/data/who; volumes boot`);
    expect(used.code).toBe(1);
    expect(used.said).toContain('and in use: stop what uses it');
    sh(`e2label ${copy} other`);
    expect(onHost('volumes boot; who')).toEqual({ code: 0, said: 'own\n' });
  });

  it('grow with what AWS makes larger, and only then are said to be ready', () => {
    const { image, loop } = volume('own');
    symlinkSync(loop, join(folder, 'by-id', `x_${ID.replace('-', '')}`));
    const size = `df -BM --output=size ${folder}/data | tail -n 1 | tr -dc 0-9; echo`;
    const before = Number(onHost(`volumes boot; ${size}`).said.trim());
    const early = onHost(`volumes boot; volumes grow ${ID}=2`);
    expect(early.code).toBe(1);
    expect(early.said).toContain(`${ID} (${loop}) has 1 GiB after 3 s, 2 are declared`);
    expect(sh(`truncate -s 2G ${image}; losetup --set-capacity ${loop}`)).toMatchObject({ code: 0 });
    const after = onHost(`volumes boot; volumes grow ${ID}=2; volumes grow ${ID}=2; ${size}`);
    if (mayResize()) {
      expect(after.code, after.said).toBe(0);
      expect(Number(after.said.trim())).toBeGreaterThan(before * 1.9);
    } else {
      expect(after.code).toBe(1);
      expect(after.said).toContain('could not be made larger');
      expect(after.said).toContain('Permission denied to resize filesystem');
    }
  });

  it('keep the type that they have, whatever is declared later', () => {
    const { loop } = volume('own');
    symlinkSync(loop, join(folder, 'by-id', `x_${ID.replace('-', '')}`));
    declareType('xfs');
    expect(onHost('volumes boot; who')).toEqual({ code: 0, said: 'own\n' });
    expect(readFileSync(join(folder, 'etc', 'fstab'), 'utf8')).toContain(
      `LABEL=${label} ${folder}/data ext4 noatime,nofail`,
    );
  });
});
