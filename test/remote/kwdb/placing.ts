/** Inputs of kingbase:KwdbCertificates for a node whose directory lies in a folder of the test. */
import { join } from 'node:path';
import type { KwdbKeyPair } from '../../../core/kwdb/placedCertificates';
import type { KwdbCertificatesInputs } from '../../../remote/handlers/kwdbCertificates';
import { me } from '../../support/nodeTarget';

/** As a node with that address has to be named. */
export const NODE = { commonName: 'node', names: 'IP:127.0.0.1,DNS:localhost' };

export function secretsOf(ca: string, own: KwdbKeyPair, client: KwdbKeyPair): KwdbCertificatesInputs['secrets'] {
  const shown = { 'ca.crt': ca, 'node.crt': own.certificate, 'node.key': own.key };
  return { ...shown, 'client.root.crt': client.certificate, 'client.root.key': client.key };
}

interface Place {
  readonly root: string;
  readonly address?: string;
  readonly secrets: KwdbCertificatesInputs['secrets'];
}

export function placing({ root, address = '127.0.0.1:1', secrets }: Place): KwdbCertificatesInputs {
  return {
    connection: { host: '10.0.0.11', port: 22, user: 'ops', hostKey: 'ssh-ed25519 AAAA' },
    target: {
      ...{ cluster: 'plant', name: 'kw1', id: 1, state: join(root, 'state'), user: me, program: 'kwbase' },
      ...{ address, certificates: join(root, 'certs'), store: join(root, 'store') },
    },
    ...{ host: '127.0.0.1', replace: false, reload: 'signal', problems: [], secrets },
  };
}
