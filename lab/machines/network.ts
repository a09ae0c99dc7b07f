// The lab's bridge, its cables and its rules. No address translation and no way out: nodes talk to one another and to the
// bridge's own address, which plays the trusted server.
import { existsSync, readdirSync } from 'node:fs';
import { KingbaseError } from '../../core/finding';
import { vethPrefix } from '../forms';
import type { Manifest } from '../manifest';
import { poll, run } from '../run';
import { networkRules, tableName } from './networkRules';

const VETH_TIMEOUT_MS = 30_000;

interface IpAddress {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}

export async function ensureBridge(manifest: Manifest): Promise<void> {
  const { bridge, gateway, subnet, moreGateways = [] } = manifest;
  await refuseForeignSubnet(bridge, subnet);
  if (!existsSync(`/sys/class/net/${bridge}`)) await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
  for (const address of [gateway, ...moreGateways]) {
    await run('ip', ['address', 'replace', `${address}/24`, 'dev', bridge]);
  }
  await run('ip', ['link', 'set', bridge, 'up']);
  await applyRules(manifest);
}

async function refuseForeignSubnet(bridge: string, subnet: string): Promise<void> {
  const prefix = subnet.replace(/0\/24$/, '');
  const { stdout } = await run('ip', ['-j', '-4', 'address', 'show']);
  for (const link of JSON.parse(stdout) as readonly IpAddress[]) {
    const taken = link.addr_info?.find((info) => info.local.startsWith(prefix));
    if (taken === undefined || link.ifname === bridge) continue;
    throw new KingbaseError({
      code: 'lab/subnet-in-use',
      path: '--subnet',
      message: `${subnet} is in use on this machine: ${link.ifname} has ${taken.local}/${taken.prefixlen}`,
      hint: 'Choose another network with --subnet, or take down the lab that uses it (npm run lab:down -- --name <name>).',
    });
  }
}

/** Connects the node's cable as soon as systemd-nspawn has made it. */
export async function attachCable(bridge: string, veth: string, alive: () => boolean): Promise<void> {
  const attached = await poll(
    async () => {
      if (!existsSync(`/sys/class/net/${veth}`)) return alive() ? undefined : false;
      const set = await run('ip', ['link', 'set', veth, 'master', bridge, 'up'], { anyExit: true });
      return set.code === 0 ? true : undefined;
    },
    VETH_TIMEOUT_MS,
    20,
  );
  if (attached !== true) throw new Error(`the network cable ${veth} never appeared`);
}

export async function removeCable(veth: string): Promise<void> {
  if (existsSync(`/sys/class/net/${veth}`)) await run('ip', ['link', 'delete', veth], { anyExit: true });
}

/** Puts exactly the rules that follow from the manifest's active faults into effect. */
export async function applyRules(manifest: Manifest): Promise<void> {
  await run('nft', ['-f', '-'], { stdin: networkRules(manifest), label: 'nft: load the rules of the lab' });
}

/** The network namespace of a host that is no node of the lab (fault take-virtual-ip). */
export function strangerName(lab: string): string {
  return `${vethPrefix(lab)}stranger`;
}

/** Its cable goes with it. */
export async function removeStranger(lab: string): Promise<void> {
  if (existsSync(`/run/netns/${strangerName(lab)}`)) await run('ip', ['netns', 'delete', strangerName(lab)]);
}

/** Takes away every interface and table of the lab, whether or not there is a manifest. */
export async function removeNetwork(lab: string, bridge: string): Promise<void> {
  for (const family of ['bridge', 'inet'] as const) {
    const table = tableName(lab);
    const script = `table ${family} ${table} {}\ndelete table ${family} ${table}\n`;
    await run('nft', ['-f', '-'], { stdin: script, label: `nft: delete the table ${family} ${table}`, anyExit: true });
  }
  await removeStranger(lab);
  for (const name of readdirSync('/sys/class/net')) {
    if (name.startsWith(vethPrefix(lab))) await removeCable(name);
  }
  if (existsSync(`/sys/class/net/${bridge}`)) await run('ip', ['link', 'delete', bridge]);
}
