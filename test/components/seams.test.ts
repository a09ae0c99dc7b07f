/** What components give and what handlers take are two descriptions of one thing: this file does not compile where they differ. */
import type * as pulumi from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import type * as args from '../../components/hostArgs';
import { entries, loadHandler } from '../../remote/handlers/index';
import type { ActionGateInputs } from '../../remote/handlers/actionGate';
import type { BackupInputs } from '../../remote/handlers/backup';
import type { BackupScheduleInputs } from '../../remote/handlers/backupSchedule';
import type { BootstrapInputs } from '../../remote/handlers/bootstrap';
import type { ClusterDiagnosisInputs } from '../../remote/handlers/clusterDiagnosis';
import type { ClusterStatusInputs } from '../../remote/handlers/clusterStatus';
import type { FilesInputs } from '../../remote/handlers/files';
import type { InstallInputs } from '../../remote/handlers/install';
import type { KwdbBackupInputs } from '../../remote/handlers/kwdbBackup';
import type { KwdbCertificatesInputs } from '../../remote/handlers/kwdbCertificates';
import type { KwdbRestoreInputs } from '../../remote/handlers/kwdbRestore';
import type { KwdbWalInputs } from '../../remote/handlers/kwdbWal';
import type { MemberInputs } from '../../remote/handlers/member';
import type { MembershipInputs } from '../../remote/handlers/membership';
import type { PreflightInputs } from '../../remote/handlers/preflight';
import type { ReplaceGuardInputs } from '../../remote/handlers/replaceGuard';
import type { RolloutInputs } from '../../remote/handlers/rollout';
import type { SecretFilesInputs } from '../../remote/handlers/secretFiles';
import type { V8r3HostInputs } from '../../remote/handlers/v8r3Host';
import type { V8r3PreflightInputs } from '../../remote/handlers/v8r3Preflight';

type Accepts<Given, Taken> = pulumi.Unwrap<Given> extends Taken ? true : never;

const seams: Readonly<Record<string, true>> = {
  actionGate: true satisfies Accepts<args.ActionGateArgs, ActionGateInputs>,
  backup: true satisfies Accepts<args.BackupArgs, BackupInputs>,
  backupSchedule: true satisfies Accepts<args.BackupScheduleArgs, BackupScheduleInputs>,
  bootstrap: true satisfies Accepts<args.BootstrapArgs, BootstrapInputs>,
  clusterDiagnosis: true satisfies Accepts<args.ClusterDiagnosisArgs, ClusterDiagnosisInputs>,
  clusterStatus: true satisfies Accepts<args.ClusterStatusArgs, ClusterStatusInputs>,
  files: true satisfies Accepts<args.NodeFilesArgs, FilesInputs>,
  install: true satisfies Accepts<args.InstallArgs, InstallInputs>,
  kwdbBackup: true satisfies Accepts<args.KwdbBackupArgs, KwdbBackupInputs>,
  kwdbCertificates: true satisfies Accepts<args.KwdbCertificatesArgs, KwdbCertificatesInputs>,
  kwdbFiles: true satisfies Accepts<args.KwdbFilesArgs, FilesInputs>,
  kwdbRestore: true satisfies Accepts<args.KwdbRestoreArgs, KwdbRestoreInputs>,
  kwdbSecrets: true satisfies Accepts<args.KwdbSecretsArgs, SecretFilesInputs>,
  kwdbWal: true satisfies Accepts<args.KwdbWalArgs, KwdbWalInputs>,
  member: true satisfies Accepts<args.MemberArgs, MemberInputs>,
  membership: true satisfies Accepts<args.MembershipArgs, MembershipInputs>,
  preflight: true satisfies Accepts<args.PreflightArgs, PreflightInputs>,
  replaceGuard: true satisfies Accepts<args.ReplaceGuardArgs, ReplaceGuardInputs>,
  rollout: true satisfies Accepts<args.RolloutArgs, RolloutInputs>,
  secretFiles: true satisfies Accepts<args.SecretFilesArgs, SecretFilesInputs>,
  v8r3Host: true satisfies Accepts<args.V8r3HostArgs, V8r3HostInputs>,
  v8r3Preflight: true satisfies Accepts<args.V8r3PreflightArgs, V8r3PreflightInputs>,
};

describe('the seam between components and handlers', () => {
  it('has a handler for every kind of resource, and no other', () => {
    expect(Object.keys(entries).sort()).toEqual(Object.keys(seams));
  });

  it.each(Object.keys(entries))('knows whether %s looks at inputs', async (name) => {
    const handler = await loadHandler(name);
    expect(handler?.check === undefined).toBe(entries[name]?.checks === 'never');
  });
});
