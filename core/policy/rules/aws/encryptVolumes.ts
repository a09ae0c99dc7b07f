// What leaves the building is unreadable.
import { defineRule } from '../../types';

export const encryptVolumes = defineRule({
  subject: 'awsResource',
  id: 'kingbase-aws-encrypt-volumes',
  title: 'Volumes on AWS are encrypted',
  group: 'security',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A snapshot that is shared by mistake, or a disk that is given back, is read by whoever gets it.',
  evidence: 'AWS: EBS encryption is decided when a volume is made and never changes',
  hint: 'Leave encryption on; give kmsKeyId for a key of your own.',
  judge: ({ kind, name, props }) => {
    const root = props['rootBlockDevice'] as { readonly encrypted?: unknown } | undefined;
    const encrypted = kind === 'Volume' ? props['encrypted'] : kind === 'Instance' ? root?.encrypted : true;
    return encrypted === true
      ? []
      : [{ path: name, message: `${kind === 'Volume' ? 'the volume' : 'its root volume'} is not encrypted` }];
  },
});
