// A host that is no node of the cluster binds its virtual IP, and says so to everybody: a forgotten server, a copied virtual machine.
import { removeStranger, strangerName } from '../machines/network';
import { vethPrefix } from '../forms';
import { run } from '../run';
import type { Fault } from './fault';

export const takeVirtualIp: Fault = {
  name: 'take-virtual-ip',
  description: 'a host that is no node of the cluster binds the virtual IP and announces it',
  target: 'lab',
  kind: 'lasting',
  async apply({ lab }) {
    const { name, bridge, virtualIp } = lab.manifest();
    await removeStranger(name);
    const [space, cable] = [strangerName(name), `${vethPrefix(name)}st`];
    const inside = ['netns', 'exec', space];
    await run('ip', ['netns', 'add', space]);
    await run('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space]);
    await run('ip', ['link', 'set', cable, 'master', bridge, 'up']);
    // The kernel tells the network by itself (gratuitous ARP) when the device comes up with its address.
    await run('ip', [...inside, 'sysctl', '-q', '-w', 'net.ipv4.conf.eth0.arp_notify=1']);
    await run('ip', [...inside, 'ip', 'address', 'add', virtualIp, 'dev', 'eth0']);
    await run('ip', [...inside, 'ip', 'link', 'set', 'eth0', 'up']);
    return `a stranger holds ${virtualIp}`;
  },
  async undo({ lab }) {
    const { name, virtualIp } = lab.manifest();
    await removeStranger(name);
    return `the stranger gave ${virtualIp} up`;
  },
};
