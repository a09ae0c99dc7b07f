// A pinned host key is one public key line of a known type whose text really is such a key.
import type { Finding } from '../../finding';
import { hostKeyHint } from '../shapeHints';
import type { HostRule } from './rule';

const TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'];

export const hostKeys: HostRule = (spec) => {
  const findings = spec.nodes.flatMap((node, index) =>
    checkHostKey(node.hostKey, `nodes[${index}].hostKey`, {
      host: node.host,
      port: node.connection?.port ?? spec.connection.port,
    }),
  );
  const bastion = spec.connection.bastion;
  return bastion === undefined
    ? findings
    : [...findings, ...checkHostKey(bastion.hostKey, 'connection.bastion.hostKey', bastion)];
};

function checkHostKey(line: string, path: string, at: { host: string; port: number }): Finding[] {
  const reason = line === '' ? undefined : whatIsWrong(line);
  return reason === undefined
    ? []
    : [{ code: 'spec/bad-host-key', path, message: reason, hint: hostKeyHint(['at', 'hostKey'], { at }) }];
}

/** Whether the line could be some host's key; placeholders and slips are no key that two hosts could share. */
export function isHostKey(line: string): boolean {
  return whatIsWrong(line) === undefined;
}

function whatIsWrong(line: string): string | undefined {
  if (line.includes('PRIVATE KEY')) return 'is a private key, not a public host key: treat it as leaked and replace it';
  if (/^SHA256:/.test(line)) return 'is a fingerprint, not the key itself';
  const [type = '', text = ''] = line.split(/\s+/);
  if (!TYPES.includes(type)) {
    const second = TYPES.includes(text) ? ': the line starts with the address; leave that out' : '';
    return `starts with ${JSON.stringify(type.slice(0, 40))}, not with one of ${TYPES.join(', ')}${second}`;
  }
  if (/…|\.\.\.|^<.*>$/.test(text)) return 'is a placeholder: the key of this host belongs here';
  const bytes = decodeBase64(text);
  if (bytes === undefined) return 'the text after the type is not base64: it was cut or wrapped';
  // Wire form: length of the type name (4 bytes), the name, then the key itself.
  const inner = String.fromCharCode(...bytes.slice(4, 4 + type.length));
  const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (length !== type.length || inner !== type) return `the text after the type is not a ${type} key`;
  const shortest = type === 'ssh-ed25519' ? 51 : type === 'ssh-rsa' ? 270 : 100;
  if (bytes.length < shortest)
    return `the key has ${bytes.length} bytes, a ${type} key has at least ${shortest}: it was cut`;
  return undefined;
}

function decodeBase64(text: string): number[] | undefined {
  if (text.length === 0 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return Array.from(atob(text), (character) => character.charCodeAt(0));
}
