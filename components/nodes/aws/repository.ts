/** The bucket of the backups, and the one user who writes to it: sys_rman takes a key and a secret, no role. */
import { AccessKey } from '@pulumi/aws/iam/accessKey';
import { User } from '@pulumi/aws/iam/user';
import { UserPolicy } from '@pulumi/aws/iam/userPolicy';
import { Bucket } from '@pulumi/aws/s3/bucket';
import { BucketLifecycleConfiguration } from '@pulumi/aws/s3/bucketLifecycleConfiguration';
import { BucketObjectLockConfiguration } from '@pulumi/aws/s3/bucketObjectLockConfiguration';
import { BucketPolicy } from '@pulumi/aws/s3/bucketPolicy';
import { BucketPublicAccessBlock } from '@pulumi/aws/s3/bucketPublicAccessBlock';
import { BucketServerSideEncryptionConfiguration } from '@pulumi/aws/s3/bucketServerSideEncryptionConfiguration';
import { BucketVersioning } from '@pulumi/aws/s3/bucketVersioning';
import * as pulumi from '@pulumi/pulumi';
import { planLifecycle } from '../../../core/aws/lifecycle';
import { bucketPolicy, repositoryPolicy } from '../../../core/aws/policies';
import { tagsOf, type Ground } from './ground';

export interface Repository {
  readonly bucket: Bucket;
  /** Secret; `backupSecrets` of the cluster. */
  readonly secrets: pulumi.Output<{ readonly s3Key: string; readonly s3KeySecret: string }>;
  readonly resources: readonly pulumi.Resource[];
}

export function declareRepository(ground: Ground): Repository | undefined {
  const { name, plan, parent } = ground;
  const { repository, kmsKeyId } = plan.spec;
  if (repository === undefined) return undefined;
  const label = `${name}-backups`;
  const opts = { parent };
  const locked = repository.objectLockDays !== undefined;
  const bucket = new Bucket(
    label,
    {
      bucket: repository.bucket,
      forceDestroy: false,
      ...(locked ? { objectLockEnabled: true } : {}),
      tags: tagsOf(ground, label),
    },
    // A lock that is declared later is set on the bucket that is there: S3 takes that where versions are kept.
    { ...opts, retainOnDelete: true, ignoreChanges: ['objectLockEnabled'] },
  );
  const writer = new User(label, { tags: tagsOf(ground, label) }, opts);
  const key = new AccessKey(label, { user: writer.name }, opts);
  const policy = bucket.arn.apply((arn) => JSON.stringify(repositoryPolicy(arn, kmsKeyId)));
  const rights = new UserPolicy(label, { user: writer.name, policy }, opts);
  const secrets = pulumi.secret(
    pulumi.all([key.id, key.secret]).apply(([s3Key, s3KeySecret]) => ({ s3Key, s3KeySecret })),
  );
  return { bucket, secrets, resources: [rights, ...settings(ground, bucket, writer)] };
}

/** A bucket that outlives the stack keeps its settings: none of them is taken away by `destroy`. */
function settings(ground: Ground, bucket: Bucket, writer: User): readonly pulumi.Resource[] {
  const { name, plan, parent } = ground;
  const { repository, kmsKeyId } = plan.spec;
  const label = `${name}-backups`;
  const opts = { parent, retainOnDelete: true };
  const versioning = new BucketVersioning(
    label,
    { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } },
    opts,
  );
  const algorithm =
    kmsKeyId === undefined ? { sseAlgorithm: 'AES256' } : { sseAlgorithm: 'aws:kms', kmsMasterKeyId: kmsKeyId };
  const encryption = new BucketServerSideEncryptionConfiguration(
    label,
    {
      bucket: bucket.id,
      rules: [{ applyServerSideEncryptionByDefault: algorithm, bucketKeyEnabled: kmsKeyId !== undefined }],
    },
    opts,
  );
  const closed = new BucketPublicAccessBlock(
    label,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  );
  const policy = pulumi
    .all([bucket.arn, writer.arn])
    .apply(([arn, writerArn]) => JSON.stringify(bucketPolicy(arn, writerArn)));
  const access = new BucketPolicy(label, { bucket: bucket.id, policy }, { ...opts, dependsOn: [closed] });
  const cleared = declareLifecycle(ground, bucket, versioning);
  const days = repository?.objectLockDays;
  if (days === undefined) return [encryption, access, cleared];
  const rule = { defaultRetention: { mode: repository?.lockMode ?? 'GOVERNANCE', days } };
  const lock = new BucketObjectLockConfiguration(
    label,
    { bucket: bucket.id, rule },
    { ...opts, dependsOn: [versioning] },
  );
  return [encryption, access, cleared, lock];
}

function declareLifecycle(ground: Ground, bucket: Bucket, versioning: BucketVersioning): BucketLifecycleConfiguration {
  const { name, plan, parent } = ground;
  const { id, noncurrentDays, abortMultipartDays } = planLifecycle(
    plan.clusterSpec.backup,
    plan.spec.repository?.objectLockDays,
  );
  const rule = {
    id,
    status: 'Enabled',
    filter: { prefix: '' },
    noncurrentVersionExpiration: { noncurrentDays },
    expiration: { expiredObjectDeleteMarker: true },
    abortIncompleteMultipartUpload: { daysAfterInitiation: abortMultipartDays },
  };
  const opts = { parent, retainOnDelete: true, dependsOn: [versioning] };
  return new BucketLifecycleConfiguration(`${name}-backups`, { bucket: bucket.id, rules: [rule] }, opts);
}
