// A lab's manifest for programs that are only previewed: addresses and keys that nothing answers to.
import { hostKey } from '../core/spec/exampleCluster';

export const LAB_MANIFEST = {
  version: 1,
  user: 'ops',
  privateKeyFile: '/nonexistent/id_ed25519',
  nodes: [1, 2, 3, 4].map((id) => ({
    name: id === 4 ? 'repo' : `node${id}`,
    host: `10.77.0.1${id}`,
    role: id === 4 ? 'repository' : 'database',
    hostKey: hostKey(id),
    netDevice: 'host0',
  })),
};
