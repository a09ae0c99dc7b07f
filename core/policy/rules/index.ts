// Every policy, by group; the order is that of the docs and of the pack.
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
import { fitMemory } from './capacity/fitMemory';
import { keepIpc } from './capacity/keepIpc';
import { keepLicenseMargin } from './capacity/keepLicenseMargin';
import { keepPreflightThresholds } from './capacity/keepPreflightThresholds';
import { keepReplicationHeadroom } from './capacity/keepReplicationHeadroom';
import { requireLimits } from './capacity/requireLimits';
import { requireSystemParameters } from './capacity/requireSystemParameters';
import { reviewAcceptedChecks } from './capacity/reviewAcceptedChecks';
import { requireArmedAutomation } from './status/requireArmedAutomation';
import { requireHealthyCluster } from './status/requireHealthyCluster';
import { requireSettingsInEffect } from './status/requireSettingsInEffect';

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
  keepRewindPossible,
  keepWalForRejoin,
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
  applySystemParameters,
  declareWalVolume,
  fitMemory,
  keepIpc,
  keepLicenseMargin,
  keepPreflightThresholds,
  keepReplicationHeadroom,
  requireLimits,
  requireSystemParameters,
  reviewAcceptedChecks,
  requireArmedAutomation,
  requireHealthyCluster,
  requireSettingsInEffect,
];
