// Labs of the bench's own: names b1, b2, … on subnets that neither the user's lab nor the tests use; always taken down again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterInput } from '../core/spec/schema';
import { machinesDown, machinesUp } from '../lab/create';
import type { Lab } from '../lab/lab';
import type { Manifest } from '../lab/manifest';
import type { BenchContext } from './types';

/** Not secret: these machines exist for minutes, on a bridge of this machine only. */
export const PASSWORDS = { system: 'benchSystem2026', esrep: 'benchEsrep2026' } as const;
export const NODES = ['node1', 'node2', 'node3'] as const;

/** Labs are numbered from 1; number n has the subnet 10.77.(19 + n).0/24, or counts from KINGBASE_BENCH_SUBNET where those are taken. */
export function labName(number: number): string {
  return `b${number}`;
}

export function labSubnet(number: number, first = Number(process.env['KINGBASE_BENCH_SUBNET'] ?? '20')): string {
  return `10.77.${first - 1 + number}.0/24`;
}

/** Boots machines (three database nodes unless told otherwise) with nothing on them but the product's files, and takes them down when the work is done or interrupted. */
export async function withFreshNodes<T>(
  context: BenchContext,
  number: number,
  work: (lab: Lab) => Promise<T>,
  only: readonly string[] = NODES,
): Promise<T> {
  const name = labName(number);
  // First: whatever an earlier, killed bench left under this name.
  await machinesDown(name);
  const takeDown = context.cleanup(() => machinesDown(name));
  try {
    return await work(await machinesUp({ name, subnet: labSubnet(number), only }));
  } finally {
    await takeDown();
  }
}

/** The cluster of a bench lab, as a user with three prepared hosts would declare it. */
export function labCluster(manifest: Manifest, more: Partial<ClusterInput> = {}): ClusterInput & { name: string } {
  return {
    name: manifest.name,
    version: 'V8R6',
    connection: { user: manifest.user, privateKeyFile: manifest.privateKeyFile },
    nodes: manifest.nodes.map(({ name, host, hostKey, netDevice, role }) => ({ name, host, hostKey, netDevice, role })),
    install: { source: 'existing' },
    // The nodes share one kernel: its settings are written, not applied.
    os: { applySysctl: false },
    directories: { prefix: manifest.prefix, data: manifest.data },
    virtualIp: manifest.virtualIp,
    failover: { preset: 'fast', recovery: 'automatic', trustedServers: [manifest.gateway] },
    clients: [`${manifest.gateway}/32`],
    ...more,
  };
}

export interface Stack {
  readonly folder: string;
  readonly configFile: string;
  readonly stateFile: string;
}

/** A folder for one stack: its configuration and its state; gone with the work. */
export async function withStack<T>(cluster: ClusterInput, work: (stack: Stack) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-bench-'));
  const stack = { folder, configFile: join(folder, 'Pulumi.bench.yaml'), stateFile: join(folder, 'state.json') };
  try {
    writeConfig(stack, cluster);
    return await work(stack);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeConfig(stack: Stack, cluster: ClusterInput): void {
  // JSON is YAML.
  const config = { 'kingbase:cluster': cluster, 'kingbase:passwords': PASSWORDS };
  writeFileSync(stack.configFile, JSON.stringify({ config }, null, 2), { mode: 0o600 });
}
