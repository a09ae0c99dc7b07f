/**
 * kingbase:nodes:AwsNodes: the hosts of one cluster on AWS, from an empty account (or a given VPC) to machines that answer ssh with a pinned key.
 * Addresses and host keys are known at preview, so the cluster on them is checked and planned at once.
 */
import { getAmiOutput, type GetAmiResult } from '@pulumi/aws/ec2/getAmi';
import { KeyPair } from '@pulumi/aws/ec2/keyPair';
import { PlacementGroup } from '@pulumi/aws/ec2/placementGroup';
import * as pulumi from '@pulumi/pulumi';
import { billableResources, type Billable } from '../../../core/aws/billable';
import { parseAwsNodes } from '../../../core/aws/parseAwsNodes';
import type { ClusterPart } from '../../../core/aws/planAwsNodes';
import type { AwsNodesInput } from '../../../core/aws/schema';
import type { AwsNodePlan, AwsNodesPlan, ImageSpec } from '../../../core/aws/types';
import type { Finding } from '../../../core/finding';
import type { ClusterInput } from '../../../core/spec/schema';
import { ClusterArgsError } from '../../clusterArgsError';
import { declareAlarms } from './alarms';
import { declareBalancer } from './endpoint';
import { tagsOf, type Ground } from './ground';
import { declareProfiles } from './identity';
import { declareHost, type Host, type Shared } from './instances';
import { deriveKey, SEED_MIN_LENGTH } from './keys';
import { declareNetwork, type Network } from './network';
import { declareRepository, type Repository } from './repository';
import { declareSecurityGroup } from './securityGroups';

/** Everything about AWS: docs/aws.md. */
export interface AwsNodesArgs extends AwsNodesInput {
  /** The cluster that is to run there, as under `kingbase:cluster`, without its hosts: security groups and checks follow from it. */
  readonly cluster: ClusterPart;
  /**
   * Secret text of at least 32 characters from which host keys and the login key are derived; plain, because a preview needs the public halves
   * (`config.require` of a secret). Whoever has it can pretend to be any host. Another one is other keys: only for nodes that are made anew.
   */
  readonly keySeed: string;
  /** A key pair of your own to log in with, instead of the derived one. */
  readonly login?: { readonly publicKey: string; readonly privateKey: pulumi.Input<string> };
}

export interface NetworkIds {
  readonly vpcId: string;
  /** By network of the subnet. */
  readonly subnetIds: Readonly<Record<string, string>>;
  /** Of a VPC that is made here. */
  readonly routeTableId?: string;
}

export class AwsNodes extends pulumi.ComponentResource {
  /** For `new Cluster`: hosts, host keys, connection, directories, endpoint filled in. */
  declare readonly cluster: ClusterInput;
  /** Secret: logs in to every host. */
  declare readonly privateKey: pulumi.Output<string>;
  /** Instance ids by node, for `new Cluster`: a host that was made anew is set up anew, and joins as a standby. */
  declare readonly incarnations: pulumi.Output<Readonly<Record<string, string>>>;
  /** Secret: of the bucket, for `backupSecrets`; undefined without one. */
  declare readonly backupSecrets: Repository['secrets'] | undefined;
  /** For what else stands in that VPC, a peering for example. */
  declare readonly network: pulumi.Output<NetworkIds>;
  /** Names of what AWS bills, by kind. */
  declare readonly billable: pulumi.Output<Billable>;

  constructor(name: string, args: AwsNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, keySeed, login, ...aws } = args;
    const keyOf = (purpose: string) => deriveKey(keySeed, `${cluster.name ?? name}/${purpose}`);
    const plan = requirePlan(name, args, (node) => keyOf(`host/${node}`).publicKey);
    requireRegion(name, plan, opts);
    super('kingbase:nodes:AwsNodes', name, { ...aws, cluster: plan.clusterSpec.name, placed: placedOf(plan) }, opts);
    const derived = keyOf('login');
    const loginPublicKey = login?.publicKey ?? derived.publicKey;
    const ground: Ground = { name, plan, parent: this };
    const network = declareNetwork(ground);
    const repository = declareRepository(ground);
    this.privateKey = pulumi.secret(login?.privateKey ?? derived.privateKey);
    const shared: Shared = {
      network,
      profileOf: declareProfiles(ground),
      keyName: declareKeyPair(ground, loginPublicKey),
      placementGroup: declareSpread(ground),
      imageIdOf: imageSource(this),
      identityOf: (node) => {
        const { privateKey, publicKey } = keyOf(`host/${node}`);
        return { hostPrivateKey: privateKey, hostPublicKey: publicKey, loginPublicKey };
      },
      privateKey: this.privateKey,
    };
    const hosts = plan.nodes.map((node) =>
      declareHost(ground, shared, node, declareSecurityGroup(ground, network, node)),
    );
    const balancer = declareBalancer(ground, network, hosts);
    declareAlarms(ground, hosts, balancer);
    this.declareOutputs(ground, { network, hosts, repository });
  }

  private declareOutputs({ name, plan }: Ground, { network, hosts, repository }: Parts): void {
    // Not before its volumes are mounted: what is set up on a host without them would lie on its root disk.
    const ids = pulumi.all(hosts.map(({ instance, ready }) => pulumi.all([instance.id, ready.id]).apply(([id]) => id)));
    const outputs = {
      cluster: plan.clusterInput,
      incarnations: ids.apply((known) =>
        Object.fromEntries(hosts.map((host, index) => [host.plan.name, known[index] as string])),
      ),
      billable: pulumi.output(billableResources(name, plan)),
      backupSecrets: repository?.secrets,
      network: networkOutput(network),
    };
    Object.assign(this, outputs);
    this.registerOutputs({ ...outputs, privateKey: this.privateKey });
  }
}

interface Parts {
  readonly network: Network;
  readonly hosts: readonly Host[];
  readonly repository: Repository | undefined;
}

function networkOutput({ vpcId, subnetIds, routeTableId }: Network): pulumi.Output<NetworkIds> {
  return pulumi.output({ vpcId, subnetIds, routeTableId });
}

function requirePlan(name: string, args: AwsNodesArgs, hostKeyOf: (node: string) => string): AwsNodesPlan {
  const { cluster, keySeed, login: _login, ...aws } = args;
  const parsed = parseAwsNodes({ name, aws, cluster, hostKeyOf });
  const wrong = [...seedFindings(keySeed), ...(parsed.ok ? [] : parsed.findings)];
  if (wrong.length > 0 || !parsed.ok) throw new ClusterArgsError(name, wrong);
  return parsed.plan;
}

/** Where the provider is the default one, its configuration says where everything is made. */
function requireRegion(name: string, { spec }: AwsNodesPlan, opts: pulumi.ComponentResourceOptions = {}): void {
  const isDefault = opts.provider === undefined && opts.providers === undefined && opts.parent === undefined;
  const region = new pulumi.Config('aws').get('region');
  if (!isDefault || region === undefined || region === spec.region) return;
  const message = `is ${spec.region}, and the AWS provider of this stack works in ${region}`;
  const hint = `Set one of the two: pulumi config set aws:region ${spec.region}.`;
  throw new ClusterArgsError(name, [{ code: 'aws/region', path: 'region', message, hint }]);
}

function seedFindings(seed: unknown): readonly Finding[] {
  if (typeof seed === 'string' && seed.length >= SEED_MIN_LENGTH) return [];
  const message =
    typeof seed === 'string' ? `has ${seed.length} characters, at least ${SEED_MIN_LENGTH} are needed` : 'is missing';
  const hint = 'Make one and keep it: openssl rand -base64 48 | pulumi config set --secret kingbase:keySeed.';
  return [{ code: 'aws/key-seed', path: 'keySeed', message, hint }];
}

/** For whoever reads the state, and for policies: where each node stands. */
function placedOf({ nodes }: AwsNodesPlan): readonly object[] {
  return nodes.map(({ name, role, zone, address }) => ({ name, role, zone, address }));
}

function declareKeyPair(ground: Ground, publicKey: string): pulumi.Output<string> {
  const { name, parent } = ground;
  return new KeyPair(`${name}-login`, { publicKey, tags: tagsOf(ground, `${name}-login`) }, { parent }).keyName;
}

/** On hardware of its own each, also where several share a zone (at most seven of a group in one). */
function declareSpread(ground: Ground): pulumi.Output<string> {
  const { name, parent } = ground;
  const args = { strategy: 'spread', tags: tagsOf(ground, `${name}-spread`) };
  return new PlacementGroup(`${name}-spread`, args, { parent }).name;
}

/** One lookup for each filter; none with an id. */
function imageSource(parent: pulumi.Resource): (node: AwsNodePlan) => pulumi.Input<string> {
  const found = new Map<string, pulumi.Output<GetAmiResult>>();
  return ({ image }) => {
    if (image.id !== undefined) return image.id;
    const key = `${image.owner} ${image.name}`;
    const lookup = found.get(key) ?? lookUpImage(image, parent);
    found.set(key, lookup);
    return lookup.id;
  };
}

function lookUpImage({ owner = '', name = '' }: ImageSpec, parent: pulumi.Resource): pulumi.Output<GetAmiResult> {
  const filters = [{ name: 'name', values: [name] }];
  return getAmiOutput({ owners: [owner], filters, mostRecent: true }, { parent });
}
