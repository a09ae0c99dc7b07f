// Proves: the user data that AwsNodes gives an instance, read by Debian's cloud-init on real machines, makes of them what a lab node is: ssh shows
// the host key that was derived beforehand, one user gets in with one key, the volumes are formatted, labelled and mounted, the settings of sshd
// are in effect; run again, nothing is formatted. A cluster is then stood up on these machines and is healthy.
// Does not prove: what EC2 does (attachments, metadata, NVMe names). Mounts at a later start: lateVolume.test.ts.
// Seen to fail: an empty list of key types in the user data ended in a warning of cloud-init's schema, which `cloud-init schema` now finds no fault with;
// a volume under another label is told (`/dev/loop26 is not kb-other`) and refused, and keeps its own.
import { expect, it } from 'vitest';
import { machinesUp } from '../../../lab/create';
import { scriptInNode } from '../../../lab/machines/exec';
import { labPaths } from '../../../lab/paths';
import { createProgress } from '../../../lab/progress';
import { run } from '../../../lab/run';
import { labUp } from '../../../lab/up';
import { cloud, CLOUD_LAB, takesDownCloudLab } from '../../lab/support/cloudLab';
import { describeLab } from '../../lab/support/describeLab';
import { expectHealthy } from '../../lab/support/health';

describeLab('machines that cloud-init sets up from the rendered user data', () => {
  takesDownCloudLab();

  it('are what lab nodes are, and carry a cluster', async () => {
    const options = { ...CLOUD_LAB, cloud, progress: createProgress() };
    // Boots, and waits until each shows the host key that was derived for it.
    const lab = await machinesUp(options);
    for (const node of lab.nodes()) {
      const { stdout } = await scriptInNode(
        lab.name,
        node.name,
        `cloud-init status --wait >/dev/null
bash /usr/local/lib/pulumi-kingbase/volumes.sh check
cloud-init status
hostname
findmnt -n -o TARGET,FSTYPE --list -t ext4 | grep -E '^/(kb|var/lib/pulumi)' | sort
mountpoint -q /var/lib/pulumi-kingbase && echo notes
sshd -T | grep -E '^(hostkey|passwordauthentication|permitrootlogin|allowusers) ' | sort
ls /etc/ssh/ssh_host_*_key
sudo -n -l -U ops | tail -n 1
systemctl is-enabled pulumi-kingbase-volumes.service`,
        { timeoutMs: 240_000, label: 'what cloud-init made' },
      );
      const volumes = node.info().role === 'repository' ? ['/kbrepo ext4'] : ['/kbdata ext4', '/kbwal ext4'];
      expect(
        stdout
          .split('\n')
          .map((line) => line.trim().replace(/ +/g, ' '))
          .filter((line) => line !== ''),
      ).toEqual([
        'status: done',
        node.name,
        ...volumes,
        '/var/lib/pulumi-kingbase ext4',
        'notes',
        'allowusers kingbase',
        'allowusers ops',
        'hostkey /etc/ssh/ssh_host_ed25519_key',
        'passwordauthentication no',
        'permitrootlogin no',
        '/etc/ssh/ssh_host_ed25519_key',
        '(ALL : ALL) NOPASSWD: ALL',
        'enabled',
      ]);
      const { privateKeyFile, user } = lab.manifest();
      const login = [
        '-i',
        privateKeyFile,
        '-o',
        `UserKnownHostsFile=${labPaths(lab.name).knownHosts}`,
        '-o',
        'StrictHostKeyChecking=yes',
        '-o',
        'BatchMode=yes',
      ];
      expect((await run('ssh', [...login, `${user}@${node.info().host}`, 'sudo -n id -u'])).stdout.trim()).toBe('0');
      const refused = await run('ssh', [...login, `root@${node.info().host}`, 'true'], { anyExit: true });
      expect(refused.stderr).toContain('Permission denied');
      const again = await scriptInNode(
        lab.name,
        node.name,
        'touch /kbdata/kept /kbrepo/kept 2>/dev/null || true; bash /usr/local/lib/pulumi-kingbase/volumes.sh mount',
      );
      expect(again.stdout).not.toContain('made');
      const foreign = await scriptInNode(
        lab.name,
        node.name,
        `sed "s/' kb-/' other-/; s/ kb-/ other-/" /etc/pulumi-kingbase/volumes.conf >/run/other.conf
KB_VOLUMES_CONF=/run/other.conf KB_VOLUMES_FSTAB=/run/other.fstab bash /usr/local/lib/pulumi-kingbase/volumes.sh mount 2>&1 || echo "status $?"
rm -f /run/other.conf /run/other.fstab
cloud-init schema --system 2>&1`,
        { label: 'a volume of somebody else' },
      );
      expect(foreign.stdout).toMatch(/holds a ext4 called 'kb-\w+', not other-\w+; nothing is made on it\nstatus 1\n/);
      expect(foreign.stdout).toContain('Valid cloud-config');
    }
    const { report } = await labUp(options);
    expect(report?.reasons).toEqual([]);
    await expectHealthy(lab);
  }, 1_100_000);
});
