// Clusters made up for measurements that reach no host: 198.18.0.0/15 is the network set aside for benchmarks, nothing answers there.
import { createHash } from 'node:crypto';
import type { ClusterInput } from '../core/spec/schema';

/** A well-formed ed25519 host key line that belongs to nobody; the same one for the same seed. */
export function fakeHostKey(seed: string): string {
  const part = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const key = createHash('sha256').update(seed).digest();
  return `ssh-ed25519 ${Buffer.concat([part(Buffer.from('ssh-ed25519')), part(key)]).toString('base64')}`;
}

/** Cluster number `index` (0…255) with `size` database nodes, a virtual IP, a gateway and a network of clients. */
export function madeUpCluster(index: number, size: number): ClusterInput & { readonly name: string } {
  const name = `c${String(index + 1).padStart(3, '0')}`;
  const network = `198.18.${index}`;
  return {
    name,
    version: 'V8R6',
    // No key is read: nothing is dialled.
    connection: { user: 'ops', agent: true },
    nodes: Array.from({ length: size }, (_, at) => ({
      name: `node${at + 1}`,
      host: `${network}.${at + 11}`,
      hostKey: fakeHostKey(`${name}/${at + 1}`),
    })),
    virtualIp: `${network}.100/24`,
    failover: { preset: 'normal', recovery: 'standby', trustedServers: [`${network}.1`] },
    clients: [`${network}.0/24`],
  };
}
