// The fleets the lab knows: which nodes, which directories, installed already or not. Addresses follow from the subnet.
import { createHash } from 'node:crypto';
import { KingbaseError } from '../core/finding';
import type { KingbaseVersion, NodeRole } from '../core/spec/types';

export const DEFAULT_NAME = 'lab';
export const DEFAULT_SUBNET = '10.77.0.0/24';

export type FormName = 'three' | 'witness' | 'kwdb' | 'v8r3';

export interface FormNode {
  readonly name: string;
  readonly role: NodeRole;
  /** Last octet of the address. */
  readonly octet: number;
}

export interface Form {
  readonly name: FormName;
  readonly description: string;
  /** Of KingbaseES V8R6 and later; none where another system is on the nodes. */
  readonly version?: KingbaseVersion;
  readonly nodes: readonly FormNode[];
  readonly prefix: string;
  readonly data: string;
  /**
   * existing: the prefix is there when a node boots. media: `up` installs it from db.zip. kwdb: lab/kwdb is there, `up` deploys it.
   * v8r3: V8R3's tree and pgpool-II are there, `up` makes the databases and configures them.
   */
  readonly install: 'existing' | 'media' | 'kwdb' | 'v8r3';
  /** Trusted servers beside the gateway, by last octet: addresses of the bridge. */
  readonly moreGateways?: readonly number[];
}

export const FORMS: Readonly<Record<FormName, Form>> = {
  three: {
    name: 'three',
    description: 'three database nodes and one for the backup repository; V8R6, the prefix is there already',
    version: 'V8R6',
    nodes: [
      { name: 'node1', role: 'database', octet: 11 },
      { name: 'node2', role: 'database', octet: 12 },
      { name: 'node3', role: 'database', octet: 13 },
      { name: 'repo', role: 'repository', octet: 14 },
    ],
    prefix: '/home/kingbase/cluster/lab/kingbase',
    data: '/kbdata/data',
    install: 'existing',
  },
  witness: {
    name: 'witness',
    description: 'two database nodes and a witness; V9, installed from db.zip, securecmdd',
    version: 'V9',
    nodes: [
      { name: 'node1', role: 'database', octet: 11 },
      { name: 'node2', role: 'database', octet: 12 },
      { name: 'witness', role: 'witness', octet: 13 },
    ],
    prefix: '/home/kingbase/cluster/install/kingbase',
    data: '/kbdata/data',
    install: 'media',
  },
  kwdb: {
    name: 'kwdb',
    description: 'three nodes with the stand-in for KWDB, replicated, as kaiwudb.service (--system kwdb)',
    nodes: [
      { name: 'node1', role: 'database', octet: 11 },
      { name: 'node2', role: 'database', octet: 12 },
      { name: 'node3', role: 'database', octet: 13 },
    ],
    prefix: '/usr/local/kaiwudb',
    data: '/var/lib/kaiwudb',
    install: 'kwdb',
  },
  v8r3: {
    name: 'v8r3',
    description: 'two nodes, each with a pool and a database, under V8R3’s names; pgpool-II 4.3 (--system v8r3)',
    nodes: [
      { name: 'node1', role: 'database', octet: 11 },
      { name: 'node2', role: 'database', octet: 12 },
    ],
    prefix: '/home/kingbase/cluster/R3HA/db',
    data: '/kbdata/data',
    install: 'v8r3',
    moreGateways: [2],
  },
};

export interface Network {
  /** a.b.c.0/24 */
  readonly subnet: string;
  /** The bridge's own address, which nodes use as trusted server. */
  readonly gateway: string;
  /** a.b.c.100/24 */
  readonly virtualIp: string;
  address(octet: number): string;
}

export function planNetwork(subnet: string): Network {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.0\/24$/.exec(subnet);
  const octets = match?.slice(1, 4).map(Number) ?? [];
  if (match === null || octets.some((octet) => octet > 255)) {
    throw new KingbaseError({
      code: 'lab/bad-subnet',
      path: '--subnet',
      message: `"${subnet}" is not a network of the lab`,
      hint: 'Give an IPv4 network with 24 bits that nothing on this machine uses, for example 10.77.0.0/24.',
    });
  }
  const address = (octet: number): string => `${octets.join('.')}.${octet}`;
  return { subnet, gateway: address(1), virtualIp: `${address(100)}/24`, address };
}

export function checkLabName(name: string): void {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= 16) return;
  throw new KingbaseError({
    code: 'lab/bad-name',
    path: '--name',
    message: `"${name}" is not a lab name`,
    hint: 'Use at most 16 characters: a letter, then a-z and 0-9, in parts joined by "-".',
  });
}

/** Interface names have at most 15 characters: where the lab's name does not fit, a digest of it stands for it. */
export function bridgeName(lab: string): string {
  return lab.length <= 12 ? `kb-${lab}` : `kb-${shortDigest(lab)}`;
}

export function vethName(lab: string, octet: number): string {
  return `kv${shortDigest(lab)}-${octet}`;
}

/** Every interface of a lab's nodes begins so; found again without a manifest. */
export function vethPrefix(lab: string): string {
  return `kv${shortDigest(lab)}-`;
}

export function machineName(lab: string, node: string): string {
  return `${lab}-${node}`;
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
