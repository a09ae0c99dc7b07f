// cloud-init of one host: everything that must be there before the first connection, and nothing else.
import { renderTemplate, PROGRAM, type TemplateSet } from '../render/template';
import type { AwsNodePlan, AwsNodesPlan, VolumeUse } from './types';

/** EC2 takes 16 KiB of user data. */
export const USER_DATA_LIMIT = 16_384;
export const VOLUMES_PROGRAM = '/usr/local/lib/pulumi-kingbase/volumes.sh';

export interface HostIdentity {
  /** OpenSSH private key, whole text; secret. */
  readonly hostPrivateKey: string;
  /** Its public half, "ssh-ed25519 AAAA…". */
  readonly hostPublicKey: string;
  /** Of whoever runs Pulumi. */
  readonly loginPublicKey: string;
}

/** `volumeIds`: by use; known once they are made. */
export function renderUserData(
  plan: AwsNodesPlan,
  node: AwsNodePlan,
  given: {
    readonly identity: HostIdentity;
    readonly volumeIds: Readonly<Partial<Record<VolumeUse, string>>>;
    readonly templates: TemplateSet;
  },
): string {
  const { identity, volumeIds, templates } = given;
  const { loginUser } = plan.spec;
  const osUser = plan.clusterSpec.os.user;
  const volumes = node.volumes.map(({ use, label, filesystem, mountPoint, mountOptions }) => ({
    id: volumeIds[use] ?? '',
    label,
    filesystem,
    mountPoint,
    options: mountOptions,
  }));
  return renderTemplate(templates, 'aws/user-data', 'yaml', {
    hostname: node.name,
    hostPrivateKey: identity.hostPrivateKey,
    hostPublicKey: identity.hostPublicKey,
    loginUser,
    loginPublicKey: identity.loginPublicKey,
    sshd: renderTemplate(templates, 'aws/sshd.conf', 'word', {
      loginUser,
      osUser: osUser === loginUser ? [] : [{ name: osUser }],
    }),
    volumes: renderTemplate(templates, 'aws/volumes.conf', 'shell', { volumes }),
    service: renderTemplate(templates, 'aws/volumes.service', 'word', { program: VOLUMES_PROGRAM }),
    program: templates[`${PROGRAM}os/volumes.sh`] as string,
  });
}
