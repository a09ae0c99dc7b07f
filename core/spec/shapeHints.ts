// Hints for keys that are unknown or missing: where a misplaced key belongs, and how to obtain a host key.
import { nearestName } from '../text/nearestName';
import type { SchemaNode } from './validateShape';

const SECRETS: Readonly<Record<string, string>> = {
  password: 'passwords',
  passwords: 'passwords',
  esrepPassword: 'passwords',
  privateKey: 'privateKey',
};

interface Around {
  /** Keys that are known there. */
  readonly known: readonly string[];
  readonly parent: string;
  readonly root: SchemaNode;
}

export function unknownKeyHint(key: string, { known, parent, root }: Around): string {
  const secret = Object.hasOwn(SECRETS, key) ? SECRETS[key] : undefined;
  if (secret === 'passwords') {
    return 'passwords never stand in plain configuration: `pulumi config set --secret --path kingbase:passwords.system`, and the same for passwords.esrep.';
  }
  if (secret === 'privateKey') {
    return 'a private key never stands in plain configuration: `pulumi config set --secret kingbase:privateKey`, or give connection.privateKeyFile.';
  }
  const near = nearestName(key, known);
  if (near !== undefined) return `did you mean ${near}?`;
  const elsewhere = placesOf(key, root).filter((place) => place !== `${parent}.${key}`);
  if (elsewhere.length > 0) return `${key} belongs under ${elsewhere.join(' or ')}.`;
  return `known here: ${known.join(', ')}.`;
}

/** Paths of all fields of this name, with [] for "of each entry". */
function placesOf(key: string, root: SchemaNode): string[] {
  const places: string[] = [];
  walk(root, '', (path, name) => {
    if (name === key) places.push(path);
  });
  return places;
}

function walk(schema: SchemaNode, path: string, visit: (path: string, name: string) => void): void {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const here = path === '' ? name : `${path}.${name}`;
    visit(here, name);
    for (const branch of [child, ...(child.anyOf ?? [])]) walk(branch, here, visit);
    if (child.items !== undefined) walk(child.items, `${here}[]`, visit);
  }
}

/** How to obtain and verify the key of this host; the address is filled in where it is known. */
export function hostKeyHint(parts: readonly (string | number)[], input: unknown): string {
  let owner: unknown = input;
  for (const part of parts.slice(0, -1)) owner = (owner as Record<string | number, unknown> | undefined)?.[part];
  const given = owner as { host?: unknown; port?: unknown } | undefined;
  const host = typeof given?.host === 'string' && given.host !== '' ? given.host : '<host>';
  const port = typeof given?.port === 'number' && given.port !== 22 ? `-p ${given.port} ` : '';
  return (
    `read it from a trusted network: \`ssh-keyscan ${port}-t ed25519 ${host}\`, then compare its fingerprint (\`ssh-keygen -lf -\`) with what ` +
    'the console of the host shows for `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`. Paste the part from "ssh-ed25519" on.'
  );
}
