// Every policy, by group; the order is that of the docs and of the pack.
import { closeBucket } from './aws/closeBucket';
import { encryptVolumes } from './aws/encryptVolumes';
import { protectInstances } from './aws/protectInstances';
import { refuseOpenSecurityGroups } from './aws/refuseOpenSecurityGroups';
import { refusePublicAddresses } from './aws/refusePublicAddresses';
import { separateRepositoryZone } from './aws/separateRepositoryZone';
import { spreadZones } from './aws/spreadZones';
import type { PolicyRule } from '../types';
import { boundArchiveDelay } from './backup/boundArchiveDelay';
import { keepBackupSessions } from './backup/keepBackupSessions';
import { moveArchiveOffNode } from './backup/moveArchiveOffNode';
import { refuseSettingTwice } from './backup/refuseSettingTwice';
import { requireArchiveCommand } from './backup/requireArchiveCommand';
import { requireArchiveMode } from './backup/requireArchiveMode';
import { requireRepositoryHost } from './backup/requireRepositoryHost';
import { requireWalArchive } from './backup/requireWalArchive';
import { separateArchiveFromData } from './backup/separateArchiveFromData';
import { confirmRestore } from './recovery/confirmRestore';
import { keepRestoredData } from './recovery/keepRestoredData';
import { confirmDestructiveActions } from './recovery/confirmDestructiveActions';
import { keepRewindPossible } from './recovery/keepRewindPossible';
import { keepWalForRejoin } from './recovery/keepWalForRejoin';
import { refuseDamageSettings } from './recovery/refuseDamageSettings';
import { refuseRewindOfAsync } from './recovery/refuseRewindOfAsync';
import { requireAutomaticRecovery } from './recovery/requireAutomaticRecovery';
import { requireChecksums } from './recovery/requireChecksums';
import { requireDurableCommits } from './recovery/requireDurableCommits';
import { requireFsync } from './recovery/requireFsync';
import { requireFullPageWrites } from './recovery/requireFullPageWrites';
import { boundIsolatedPrimary } from './topology/boundIsolatedPrimary';
import { meetRecoveryPoint } from './topology/meetRecoveryPoint';
import { meetRecoveryTime } from './topology/meetRecoveryTime';
import { rankLocations } from './topology/rankLocations';
import { requireAutomaticFailover } from './topology/requireAutomaticFailover';
import { requirePrimaryVisibility } from './topology/requirePrimaryVisibility';
import { requireStandby } from './topology/requireStandby';
import { requireTrustedServers } from './topology/requireTrustedServers';
import { requireWitnessForTwo } from './topology/requireWitnessForTwo';
import { separateClusters } from './topology/separateClusters';
import { spreadLocations } from './topology/spreadLocations';
import { keepFirewall } from './security/keepFirewall';
import { narrowClientNetworks } from './security/narrowClientNetworks';
import { pinHostKeys } from './security/pinHostKeys';
import { pinPeerKeys } from './security/pinPeerKeys';
import { protectPasswordFiles } from './security/protectPasswordFiles';
import { refuseDefaultPasswords } from './security/refuseDefaultPasswords';
import { refuseOldTls } from './security/refuseOldTls';
import { refuseOpenAddresses } from './security/refuseOpenAddresses';
import { refuseOpenFirewall } from './security/refuseOpenFirewall';
import { refusePlainPasswords } from './security/refusePlainPasswords';
import { refuseRootLogin } from './security/refuseRootLogin';
import { refuseWeakAuthentication } from './security/refuseWeakAuthentication';
import { requireScram } from './security/requireScram';
import { requireTls } from './security/requireTls';
import { restrictAuthorizedKeys } from './security/restrictAuthorizedKeys';
import { restrictReplication } from './security/restrictReplication';
import { applySystemParameters } from './capacity/applySystemParameters';
import { declareWalVolume } from './capacity/declareWalVolume';
import { fitBackupProcesses } from './capacity/fitBackupProcesses';
import { fitMemory } from './capacity/fitMemory';
import { keepIpc } from './capacity/keepIpc';
import { keepLicenseMargin } from './capacity/keepLicenseMargin';
import { keepPreflightThresholds } from './capacity/keepPreflightThresholds';
import { keepReplicationHeadroom } from './capacity/keepReplicationHeadroom';
import { requireLimits } from './capacity/requireLimits';
import { requireSystemParameters } from './capacity/requireSystemParameters';
import { reviewAcceptedChecks } from './capacity/reviewAcceptedChecks';
import { requireArmed } from './status/requireArmed';
import { requireArmedAutomation } from './status/requireArmedAutomation';
import { requireHealthyCluster } from './status/requireHealthyCluster';
import { requireSettingsInEffect } from './status/requireSettingsInEffect';
import { agreeOnRepository } from './backup/agreeOnRepository';
import { refuseCronTrap } from './backup/refuseCronTrap';
import { runDeclaredJobs } from './backup/runDeclaredJobs';
import { requireBackup } from './backup/requireBackup';
import { moveRepositoryOffData } from './backup/moveRepositoryOffData';
import { separateRepositoryFromData } from './backup/separateRepositoryFromData';
import { declareRepositoryNode } from './backup/declareRepositoryNode';
import { scheduleFullBackup } from './backup/scheduleFullBackup';
import { scheduleDailyBackup } from './backup/scheduleDailyBackup';
import { spreadBackupJobs } from './backup/spreadBackupJobs';
import { askRecoveryWindow } from './backup/askRecoveryWindow';
import { coverRecoveryWindow } from './backup/coverRecoveryWindow';
import { encryptRepository } from './backup/encryptRepository';
import { addSecondRepository } from './backup/addSecondRepository';
import { keepBackupTimeouts } from './backup/keepBackupTimeouts';
import { boundBackupDuration } from './backup/boundBackupDuration';
import { scheduleVerify } from './backup/scheduleVerify';
import { scheduleDrill } from './backup/scheduleDrill';
import { checkDrillContent } from './backup/checkDrillContent';
import { secureObjectStore } from './security/secureObjectStore';
import { requireRecentBackup } from './status/requireRecentBackup';
import { requireRecentVerify } from './status/requireRecentVerify';
import { requireRecentDrill } from './status/requireRecentDrill';
import { requireCoveredWindow } from './status/requireCoveredWindow';
import { boundArchiveLag } from './status/boundArchiveLag';
import { requireSuccessfulJobs } from './status/requireSuccessfulJobs';
import { keepRepositorySpace } from './status/keepRepositorySpace';
import { boundCheckpointInterval } from './kwdb/boundCheckpointInterval';
import { copyOffMachine } from './kwdb/copyOffMachine';
import { encryptCopies } from './kwdb/encryptCopies';
import { refuseInsecure } from './kwdb/refuseInsecure';
import { refuseStaleRecipes } from './kwdb/refuseStaleRecipes';
import { requireKwdbBackup } from './kwdb/requireBackup';
import { requireCompleteManifest } from './kwdb/requireCompleteManifest';
import { requireCopiedBackup } from './kwdb/requireCopiedBackup';
import { requireLevelInEffect } from './kwdb/requireLevelInEffect';
import { requireRecentKwdbBackup } from './kwdb/requireRecentBackup';
import { requireVerifiedKwdbBackup } from './kwdb/requireVerifiedBackup';
import { requireUsableCertificates } from './kwdb/requireUsableCertificates';
import { scheduleDailyKwdbBackup } from './kwdb/scheduleDailyBackup';
import { waiveLowerLevel } from './kwdb/waiveLowerLevel';
import { boundHungDetection } from './v8r3/boundHungDetection';
import { decidePrimaryRecovery } from './v8r3/decidePrimaryRecovery';
import { meetDetectionTime } from './v8r3/meetDetectionTime';
import { refuseAutomaticRewindOfAsync } from './v8r3/refuseAutomaticRewindOfAsync';
import { requireSynchronous } from './v8r3/requireSynchronous';
import { requireTwoGateways } from './v8r3/requireTwoGateways';

export const policyRules: readonly PolicyRule[] = [
  boundArchiveDelay,
  keepBackupSessions,
  moveArchiveOffNode,
  refuseSettingTwice,
  requireArchiveCommand,
  requireArchiveMode,
  requireRepositoryHost,
  requireWalArchive,
  separateArchiveFromData,
  requireBackup,
  moveRepositoryOffData,
  separateRepositoryFromData,
  declareRepositoryNode,
  scheduleFullBackup,
  scheduleDailyBackup,
  spreadBackupJobs,
  askRecoveryWindow,
  coverRecoveryWindow,
  encryptRepository,
  addSecondRepository,
  keepBackupTimeouts,
  boundBackupDuration,
  scheduleVerify,
  scheduleDrill,
  checkDrillContent,
  agreeOnRepository,
  refuseCronTrap,
  runDeclaredJobs,
  confirmRestore,
  keepRestoredData,
  keepRewindPossible,
  keepWalForRejoin,
  confirmDestructiveActions,
  refuseDamageSettings,
  refuseRewindOfAsync,
  requireAutomaticRecovery,
  requireChecksums,
  requireDurableCommits,
  requireFsync,
  requireFullPageWrites,
  boundIsolatedPrimary,
  meetRecoveryPoint,
  meetRecoveryTime,
  rankLocations,
  requireAutomaticFailover,
  requirePrimaryVisibility,
  requireStandby,
  requireTrustedServers,
  requireWitnessForTwo,
  separateClusters,
  spreadLocations,
  keepFirewall,
  narrowClientNetworks,
  pinHostKeys,
  pinPeerKeys,
  protectPasswordFiles,
  refuseDefaultPasswords,
  refuseOldTls,
  refuseOpenAddresses,
  refuseOpenFirewall,
  refusePlainPasswords,
  refuseRootLogin,
  refuseWeakAuthentication,
  requireScram,
  requireTls,
  restrictAuthorizedKeys,
  restrictReplication,
  secureObjectStore,
  applySystemParameters,
  declareWalVolume,
  fitBackupProcesses,
  fitMemory,
  keepIpc,
  keepLicenseMargin,
  keepPreflightThresholds,
  keepReplicationHeadroom,
  requireLimits,
  requireSystemParameters,
  reviewAcceptedChecks,
  requireArmed,
  requireArmedAutomation,
  requireHealthyCluster,
  requireSettingsInEffect,
  requireRecentBackup,
  requireRecentVerify,
  requireRecentDrill,
  requireCoveredWindow,
  boundArchiveLag,
  requireSuccessfulJobs,
  keepRepositorySpace,
  closeBucket,
  encryptVolumes,
  protectInstances,
  refuseOpenSecurityGroups,
  refusePublicAddresses,
  separateRepositoryZone,
  spreadZones,
  decidePrimaryRecovery,
  refuseAutomaticRewindOfAsync,
  requireSynchronous,
  requireTwoGateways,
  meetDetectionTime,
  boundHungDetection,
  waiveLowerLevel,
  boundCheckpointInterval,
  refuseStaleRecipes,
  refuseInsecure,
  requireKwdbBackup,
  scheduleDailyKwdbBackup,
  copyOffMachine,
  encryptCopies,
  requireLevelInEffect,
  requireUsableCertificates,
  requireRecentKwdbBackup,
  requireVerifiedKwdbBackup,
  requireCompleteManifest,
  requireCopiedBackup,
];
