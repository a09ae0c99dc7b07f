/**
 * One host: its interface (the address), its volumes (the data), and the instance in between, which alone is ever made anew. Each is called after
 * the node and outlives what stands on it.
 *
 * An edit of the program must not make a volume, an address or a host anew by the way: what AWS cannot change in place is ignored on what is there
 * (zone and key of a volume, key pair of a host), and in production all of it is protected, so that the engine refuses whatever is left (another
 * subnet; a node that is gone from the list). Only a node that `replace` names is not.
 */
import { Volume } from '@pulumi/aws/ebs/volume';
import { Eip } from '@pulumi/aws/ec2/eip';
import { Instance } from '@pulumi/aws/ec2/instance';
import { NetworkInterface } from '@pulumi/aws/ec2/networkInterface';
import { VolumeAttachment } from '@pulumi/aws/ec2/volumeAttachment';
import { Command } from '@pulumi/command/remote/command';
import * as pulumi from '@pulumi/pulumi';
import type { AwsNodePlan, VolumePlan, VolumeUse } from '../../../core/aws/types';
import { renderUserData, VOLUMES_PROGRAM, type HostIdentity } from '../../../core/aws/userData';
import { toNodeTarget } from '../../../core/topology/nodeTarget';
import { ReplaceGuard } from '../../dynamic';
import { connectionArgs } from '../../host/connectionArgs';
import { commandConnection } from '../../recovery/commandConnection';
import { loadTemplates } from '../../templates';
import { tagsOf, type Ground } from './ground';
import type { ProfileOf } from './identity';
import type { Network } from './network';
import type { NodeGroup } from './securityGroups';

export interface Shared {
  readonly network: Network;
  readonly profileOf: ProfileOf;
  readonly keyName: pulumi.Output<string>;
  readonly placementGroup: pulumi.Output<string>;
  readonly imageIdOf: (node: AwsNodePlan) => pulumi.Input<string>;
  readonly identityOf: (node: string) => HostIdentity;
  readonly privateKey: pulumi.Input<string>;
}

export interface Host {
  readonly plan: AwsNodePlan;
  readonly instance: Instance;
  /** Answers ssh with its own key, its volumes mounted. */
  readonly ready: Command;
}

export function declareHost(ground: Ground, shared: Shared, node: AwsNodePlan, group: NodeGroup): Host {
  const address = declareInterface(ground, shared, node, group);
  const volumes = node.volumes.map((volume) => ({ volume, made: declareVolume(ground, node, volume) }));
  const userData = userDataOf(ground, shared, node, volumes);
  const guard = node.replaceable ? declareGuard(ground, shared, node) : undefined;
  const instance = declareInstance(ground, shared, node, { address, userData, guard });
  const attachments = volumes.map(({ volume, made }) => declareAttachment(ground, node, volume, { made, instance }));
  const ready = declareReady(ground, shared, node, { instance, volumes, waitFor: [...attachments, ...group.rules] });
  return { plan: node, instance, ready };
}

/** In production the engine refuses to delete or to replace it, unless `replace` names its node. */
const protect = ({ plan }: Ground, node: AwsNodePlan): boolean => plan.spec.production && !node.replaceable;

const labelOf = ({ name }: Ground, node: AwsNodePlan): string => `${name}-${node.name}`;

/** An address that moved here, and the timeline that its node claims, are the nodes' own: never put back by an update. */
function declareInterface(ground: Ground, { network }: Shared, node: AwsNodePlan, group: NodeGroup): NetworkInterface {
  const label = labelOf(ground, node);
  const card = new NetworkInterface(
    label,
    {
      subnetId: network.subnetIds[node.subnet.cidr] as pulumi.Input<string>,
      privateIps: [node.address],
      securityGroups: [group.id],
      sourceDestCheck: true,
      description: label,
      tags: tagsOf(ground, label),
    },
    {
      parent: ground.parent,
      dependsOn: [...network.resources],
      protect: protect(ground, node),
      ignoreChanges: ['privateIps', 'privateIpsCount', 'privateIpLists', 'tags', 'tagsAll'],
    },
  );
  if (ground.plan.spec.network.publicAddresses) {
    const args = { domain: 'vpc', networkInterface: card.id, tags: tagsOf(ground, label) };
    new Eip(label, args, { parent: ground.parent });
  }
  return card;
}

/**
 * retainOnDelete: neither `destroy` nor a mistake in the program deletes data. Size and speed are changed in place. Another zone or key would be
 * another, empty volume: it keeps what it was made with.
 */
function declareVolume(ground: Ground, node: AwsNodePlan, volume: VolumePlan): Volume {
  const label = `${labelOf(ground, node)}-${volume.use}`;
  const { kmsKeyId } = ground.plan.spec;
  return new Volume(
    label,
    {
      availabilityZone: node.zone,
      type: 'gp3',
      size: volume.sizeGiB,
      iops: volume.iops,
      throughput: volume.throughputMiBps,
      encrypted: true,
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      tags: tagsOf(ground, label),
    },
    {
      parent: ground.parent,
      retainOnDelete: true,
      protect: protect(ground, node),
      ignoreChanges: ['availabilityZone', 'encrypted', 'kmsKeyId'],
    },
  );
}

interface MadeVolume {
  readonly volume: VolumePlan;
  readonly made: Volume;
}

/** Secret: the private half of the host key is in it. */
function userDataOf(
  { plan }: Ground,
  { identityOf }: Shared,
  node: AwsNodePlan,
  volumes: readonly MadeVolume[],
): pulumi.Output<string> {
  const templates = loadTemplates();
  const identity = identityOf(node.name);
  const ids = pulumi.all(volumes.map(({ made }) => made.id));
  return pulumi.secret(
    ids.apply((known) => {
      const volumeIds = Object.fromEntries(volumes.map(({ volume }, index) => [volume.use, known[index] as string]));
      return renderUserData(plan, node, {
        identity,
        volumeIds: volumeIds as Partial<Record<VolumeUse, string>>,
        templates,
      });
    }),
  );
}

/** Before the protection is lifted: whoever is primary must be another node. The cluster is made later than its hosts, but it runs on these. */
function declareGuard(ground: Ground, { privateKey }: Shared, node: AwsNodePlan): ReplaceGuard {
  const { cluster, clusterSpec, spec } = ground.plan;
  const nodes = cluster.nodes.map((planned, index) => ({
    connection: connectionArgs(clusterSpec, clusterSpec.nodes[index] as (typeof clusterSpec.nodes)[number], privateKey),
    target: toNodeTarget(planned, clusterSpec),
  }));
  const unchecked = spec.replaceUnchecked.includes(node.name);
  return new ReplaceGuard(
    `${labelOf(ground, node)}-replace`,
    { node: node.name, nodes, unchecked },
    { parent: ground.parent },
  );
}

interface Stands {
  readonly address: NetworkInterface;
  readonly userData: pulumi.Output<string>;
  readonly guard: ReplaceGuard | undefined;
}

/**
 * Another image, type or user data in the program changes no host that runs: only one that `replace` names is made anew, and the protection
 * against termination is lifted only there. The old instance goes first: address and volumes can be at one place only.
 */
function declareInstance(
  ground: Ground,
  { keyName, placementGroup, profileOf, imageIdOf }: Shared,
  node: AwsNodePlan,
  { address, userData, guard }: Stands,
): Instance {
  const label = labelOf(ground, node);
  const { kmsKeyId, volumes } = ground.plan.spec;
  const profile = profileOf(node.role);
  const key = kmsKeyId === undefined ? {} : { kmsKeyId };
  return new Instance(
    label,
    {
      ami: imageIdOf(node),
      instanceType: node.instanceType,
      keyName,
      placementGroup,
      primaryNetworkInterface: { networkInterfaceId: address.id },
      ...(profile === undefined ? {} : { iamInstanceProfile: profile.name }),
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      disableApiTermination: protect(ground, node),
      // The provider ends it by what the state says, not by what the program says now: without this a replacement stops the host, takes its volumes
      // off, and then fails on the protection that this very update lifts. What keeps a host from being ended is `protect`.
      forceDestroy: true,
      ebsOptimized: true,
      rootBlockDevice: {
        volumeType: 'gp3',
        volumeSize: volumes.rootGiB,
        encrypted: true,
        deleteOnTermination: true,
        ...key,
        tags: tagsOf(ground, `${label}-root`),
      },
      userData,
      userDataReplaceOnChange: node.replaceable,
      tags: tagsOf(ground, label),
    },
    {
      parent: ground.parent,
      deleteBeforeReplace: true,
      protect: protect(ground, node),
      dependsOn: [...(profile === undefined ? [] : [profile.policy]), ...(guard === undefined ? [] : [guard])],
      additionalSecretOutputs: ['userData'],
      ...(node.replaceable ? {} : { ignoreChanges: [...ONLY_WHEN_REPLACED] }),
    },
  );
}

const ONLY_WHEN_REPLACED = [
  'ami',
  'instanceType',
  'userData',
  'userDataBase64',
  'keyName',
  'placementGroup',
  'rootBlockDevice.kmsKeyId',
] as const;

/** The host is stopped before its volume leaves it: nothing is being written then. */
function declareAttachment(
  ground: Ground,
  node: AwsNodePlan,
  volume: VolumePlan,
  { made, instance }: { readonly made: Volume; readonly instance: Instance },
): VolumeAttachment {
  return new VolumeAttachment(
    `${labelOf(ground, node)}-${volume.use}`,
    { deviceName: volume.deviceName, instanceId: instance.id, volumeId: made.id, stopInstanceBeforeDetaching: true },
    { parent: ground.parent, deleteBeforeReplace: true, protect: protect(ground, node) },
  );
}

interface Standing {
  readonly instance: Instance;
  readonly volumes: readonly MadeVolume[];
  readonly waitFor: readonly pulumi.Resource[];
}

/** A larger volume is a larger file system once this has run; it runs again for another instance, volume or size. Nothing of the cluster begins before the host says so itself: a data directory beneath an empty mount point would be a second truth. */
function declareReady(
  ground: Ground,
  shared: Shared,
  node: AwsNodePlan,
  { instance, volumes, waitFor }: Standing,
): Command {
  const { clusterSpec } = ground.plan;
  const host = clusterSpec.nodes.find(({ name }) => name === node.name);
  const connection = connectionArgs(clusterSpec, host as (typeof clusterSpec.nodes)[number], shared.privateKey);
  const sizes = pulumi
    .all(volumes.map(({ made }) => pulumi.interpolate`${made.id}=${made.size}`))
    .apply((known) => known.join(' '));
  return new Command(
    `${labelOf(ground, node)}-ready`,
    {
      connection: commandConnection(connection).apply((one) => ({ ...one, dialErrorLimit: DIALS })),
      create: pulumi.interpolate`sudo cloud-init status --wait >/dev/null; sudo bash ${VOLUMES_PROGRAM} grow ${sizes}`,
      triggers: [instance.id, sizes],
    },
    { parent: ground.parent, dependsOn: [...waitFor], deleteBeforeReplace: true },
  );
}

/** An instance needs a minute or two until it answers; a dial waits up to connection.connectTimeoutSeconds. */
const DIALS = 40;
