// From resources to what rules look at. Nothing is read before it is needed: a value that is not known yet throws where it is touched.
import { CLUSTER_TAG } from '../aws/policies';
import type { BackupTarget } from '../backup/types';
import type { ClusterStatusReport } from '../observe/clusterReport';
import { unpackLazily } from '../packed';
import { parseHba } from '../render/parse/hba';
import { parseAuthorizedKeys } from '../render/parse/keys';
import { parseSettings } from '../render/parse/settings';
import { parseSysRman } from '../render/parse/sysRman';
import { loses, type RestoreRequest } from '../restore/request';
import type { ClusterSpec } from '../spec/types';
import type { NodeTarget } from '../topology/nodeTarget';
import type { V8r3Spec } from '../v8r3/spec/types';
import { HOST_RESOURCE, isHost, type HostProps, type Judged, type Read } from './judged';
import { KWDB_BACKUP_TYPE, KWDB_TYPE, kwdbOf, kwdbReaders } from './kwdbSubjects';
import type { FileText, Place, PolicyResource, SubjectKind, Subjects } from './types';

export type { Judged };
export const CLUSTER_TYPE = 'kingbase:ha:Cluster';
export const V8R3_TYPE = 'kingbase:v8r3:Cluster';
export const RESTORE_TYPE = 'kingbase:recovery:RestoreToPoint';
export const AWS_NODES_TYPE = 'kingbase:nodes:AwsNodes';
export const NODE_TYPE = 'kingbase:host:Node';
/** Its own component for each kind. */
const ACTION_TYPE = /^kingbase:recovery:/;
const REMOTE_COMMAND = /^command:remote:/;
const COMMAND = /^command:\w+:Command$/;
const COMMAND_TEXTS = ['create', 'update', 'delete', 'stdin'] as const;

interface BackupProps {
  readonly backup: BackupTarget;
  readonly nodes: readonly { readonly target: NodeTarget }[];
  readonly conf: Readonly<Record<string, string>>;
}

interface RestoreProps {
  readonly cluster: string;
  readonly requestId: string;
  readonly inputs: RestoreRequest;
  readonly confirm?: string;
}

interface AwsNodesProps {
  readonly cluster: string;
  readonly production?: boolean;
  readonly repository?: { readonly bucket: string };
  readonly placed: Subjects['awsNodes']['placed'];
}

/** By its tag: undefined for what is not ours. */
function awsCluster({ type, props }: PolicyResource): string | undefined {
  if (!type.startsWith('aws:')) return undefined;
  const tags = props['tags'] as Readonly<Record<string, unknown>> | undefined;
  const cluster = tags?.[CLUSTER_TAG];
  return typeof cluster === 'string' ? cluster : undefined;
}

/** The file that holds the keys of the others is the only one that a preview may not know. */
const isTrust = (resource: PolicyResource): boolean => resource.name.endsWith('-trust');

const READERS: { readonly [K in Exclude<SubjectKind, 'stack'>]: Read<K> } = {
  action: (resource) => {
    if (!ACTION_TYPE.test(resource.type)) return undefined;
    const { cluster, kind, destructive, confirm } = resource.props;
    const value = { name: resource.name, kind: String(kind), destructive: destructive === true };
    return { cluster: cluster as string, value: { ...value, confirm: confirm as string | undefined } };
  },
  cluster: (resource) => {
    if (resource.type !== CLUSTER_TYPE) return undefined;
    const spec = resource.props as unknown as ClusterSpec;
    return { cluster: spec.name, value: spec };
  },
  v8r3: (resource) => {
    if (resource.type !== V8R3_TYPE) return undefined;
    const spec = resource.props as unknown as V8r3Spec;
    return { cluster: spec.name, value: spec };
  },
  server: (resource, props) => {
    if (!isHost(resource, 'Member')) return undefined;
    const path = `${props.target.data}/es_rep.conf`;
    return placed(props, (place) => ({ ...place, path, settings: parseSettings(props.files[path]?.text ?? '') }));
  },
  hba: (resource, props) => {
    if (!isHost(resource, 'Member')) return undefined;
    const path = `${props.target.data}/sys_hba.conf`;
    return placed(props, (place) => ({ ...place, path, rules: parseHba(props.files[path]?.text ?? '') }));
  },
  host: (resource, props) =>
    isHost(resource, 'Files') && !isTrust(resource) && props.target.version !== undefined
      ? placed(props, (place) => ({ ...place, files: props.files }))
      : undefined,
  texts: (resource, props) =>
    isHost(resource, 'Files', 'Member', 'SecretFiles') && !isTrust(resource)
      ? placed(props, (place) => ({ ...place, files: textsOf(props) }))
      : undefined,
  trust: (resource, props) => {
    if (!isHost(resource, 'Files') || !isTrust(resource)) return undefined;
    const [path = '', file] = Object.entries(props.files)[0] ?? [];
    return placed(props, (place) => ({ ...place, path, keys: parseAuthorizedKeys(file?.text ?? '') }));
  },
  secrets: (resource, props) => {
    const secrets = isHost(resource, 'SecretFiles') ? props.secrets : undefined;
    return secrets === undefined ? undefined : placed(props, (place) => ({ ...place, secrets }));
  },
  connection: (resource, props) => {
    // Every resource of a node has the same connection: one is enough.
    const isNode = isHost(resource, 'Install', 'V8r3Host');
    if (!isNode && !REMOTE_COMMAND.test(resource.type)) return undefined;
    const { host = 'a host', hostKey } = props.connection ?? {};
    return { cluster: isNode ? props.target.cluster : undefined, value: { host, hostKey } };
  },
  backup: (resource) => {
    if (!isHost(resource, 'Backup')) return undefined;
    const { backup, nodes, conf } = resource.props as unknown as BackupProps;
    return {
      cluster: backup.cluster,
      value: {
        target: backup,
        nodes: nodes.map(({ target }) => target),
        confs: Object.entries(conf).map(([node, text]) => ({ node, path: backup.conf, sections: parseSysRman(text) })),
      },
    };
  },
  restore: (resource) => {
    if (resource.type !== RESTORE_TYPE) return undefined;
    const { cluster, requestId, inputs, confirm } = resource.props as unknown as RestoreProps;
    const value = { requestId, inPlace: loses(inputs), oldData: inputs.oldData, confirm };
    return { cluster, value };
  },
  awsNodes: (resource) => {
    if (resource.type !== AWS_NODES_TYPE) return undefined;
    const { cluster, production, repository, placed: nodes } = resource.props as unknown as AwsNodesProps;
    return { cluster, value: { production: production !== false, bucket: repository?.bucket, placed: nodes } };
  },
  awsResource: (resource) => {
    const cluster = awsCluster(resource);
    if (cluster === undefined) return undefined;
    const kind = resource.type.split(':').at(-1) ?? '';
    return { cluster, value: { kind, name: resource.name, props: resource.props } };
  },
  ...kwdbReaders,
  statements: (resource, props) => {
    if (isHost(resource, 'KwdbFiles')) {
      const texts = Object.entries(textsOf(props)).map(([path, { text }]) => [path, text] as const);
      return { cluster: props.target.cluster, value: { texts: Object.fromEntries(texts) } };
    }
    if (!COMMAND.test(resource.type)) return undefined;
    const given = COMMAND_TEXTS.flatMap((name) => {
      const text = resource.props[name];
      return typeof text === 'string' ? [[`${resource.name}.${name}`, text] as const] : [];
    });
    return { cluster: undefined, value: { texts: Object.fromEntries(given) } };
  },
  status: (resource) => {
    if (!isHost(resource, 'ClusterStatus')) return undefined;
    const { cluster, backup, observed } = resource.props as {
      cluster: string;
      backup?: BackupTarget;
      observed?: ClusterStatusReport;
    };
    return { cluster, value: { cluster, backup, report: observed } };
  },
};

/** Types among which a kind of subject is found; empty: any. */
export function resourceTypes(kind: SubjectKind): readonly string[] {
  const kinds: Partial<Readonly<Record<SubjectKind, string>>> = {
    server: 'Member',
    hba: 'Member',
    host: 'Files',
    trust: 'Files',
    secrets: 'SecretFiles',
    backup: 'Backup',
    status: 'ClusterStatus',
    kwdbBackups: 'KwdbBackup',
    kwdbLevels: 'KwdbWal',
  };
  if (kind === 'cluster') return [CLUSTER_TYPE];
  if (kind === 'restore') return [RESTORE_TYPE];
  if (kind === 'awsNodes') return [AWS_NODES_TYPE];
  if (kind === 'v8r3') return [V8R3_TYPE];
  if (kind === 'kwdb') return [KWDB_TYPE];
  if (kind === 'kwdbBackup') return [KWDB_BACKUP_TYPE];
  return kinds[kind] === undefined ? [] : [`${HOST_RESOURCE}${kinds[kind]}`];
}

export function readSubject<K extends Exclude<SubjectKind, 'stack'>>(
  kind: K,
  resource: PolicyResource,
): Judged<K> | undefined {
  const props = unpackLazily(resource.props);
  return READERS[kind]({ ...resource, props }, props as unknown as HostProps);
}

/** Of the whole stack; what is not known yet is left out, and judged when it is. */
export function readStack(resources: readonly PolicyResource[]): Subjects['stack'] {
  return {
    nodes: resources.flatMap(({ type, name, parent, props }) =>
      type === NODE_TYPE && typeof props['host'] === 'string'
        ? [{ cluster: parent ?? '', name, host: props['host'] }]
        : [],
    ),
    endpoints: resources.flatMap(({ type, name, props }) =>
      type === CLUSTER_TYPE && typeof props['readWriteEndpoint'] === 'string'
        ? props['readWriteEndpoint'].split(',').map((address) => ({ cluster: name, address }))
        : [],
    ),
    buckets: bucketsOf(resources),
    kwdb: kwdbOf(resources),
  };
}

const BUCKET = 'aws:s3/bucket:Bucket';
const ACCESS_BLOCK = 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock';
const WAYS = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];
export const STACK_TYPES: readonly string[] = [
  ...[CLUSTER_TYPE, NODE_TYPE, BUCKET, ACCESS_BLOCK],
  ...[KWDB_TYPE, KWDB_BACKUP_TYPE],
];

/** A bucket and its block are called alike: the id that joins them is not known before they are made. */
function bucketsOf(resources: readonly PolicyResource[]): Subjects['stack']['buckets'] {
  const shut = resources.filter(({ type, props }) => type === ACCESS_BLOCK && WAYS.every((way) => props[way] === true));
  return resources.flatMap((resource) => {
    const cluster = resource.type === BUCKET ? awsCluster(resource) : undefined;
    const closed = shut.some(({ name }) => name === resource.name);
    return cluster === undefined ? [] : [{ cluster, name: resource.name, closed }];
  });
}

function placed<V>({ target }: HostProps, value: (place: Place) => V): { readonly cluster: string; readonly value: V } {
  return { cluster: target.cluster, value: value({ node: target.name, role: target.role }) };
}

function textsOf({ files }: HostProps): Readonly<Record<string, FileText>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, { text, template, mode, owner }]) => [
      path,
      { text: text ?? template ?? '', mode, owner },
    ]),
  );
}
