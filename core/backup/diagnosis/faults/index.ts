/** Every fault that is known, causes before their consequences: the first one found is the one to cure first. */
import type { FaultRule } from '../types';
import { archiveCommandWrong } from './archiveCommandWrong';
import { archiveLag } from './archiveLag';
import { archiveOverridden } from './archiveOverridden';
import { archivingOff } from './archivingOff';
import { clock } from './clock';
import { confDisagrees } from './confDisagrees';
import { confMissing } from './confMissing';
import { damaged } from './damaged';
import { databaseDown } from './databaseDown';
import { dataPath } from './dataPath';
import { diskFull } from './diskFull';
import { drillFailed } from './drillFailed';
import { drillOld } from './drillOld';
import { foreignStanza } from './foreignStanza';
import { hostKey } from './hostKey';
import { idleTimeout } from './idleTimeout';
import { incrementalFellBack } from './incrementalFellBack';
import { jobFailed } from './jobFailed';
import { libraryMissing } from './libraryMissing';
import { lockHeld } from './lockHeld';
import { manifestMissing } from './manifestMissing';
import { noFull } from './noFull';
import { noRepository } from './noRepository';
import { notArchived } from './notArchived';
import { objectStore } from './objectStore';
import { outOfMemory } from './outOfMemory';
import { protocolTimeout } from './protocolTimeout';
import { removeIpc } from './removeIpc';
import { repoIpElsewhere } from './repoIpElsewhere';
import { repositoryClosed } from './repositoryClosed';
import { repositoryHostOff } from './repositoryHostOff';
import { repositoryLow } from './repositoryLow';
import { restartPending } from './restartPending';
import { restoreTarget } from './restoreTarget';
import { scheduleMissing } from './scheduleMissing';
import { schedulePaused } from './schedulePaused';
import { scheduleTrap } from './scheduleTrap';
import { scheduleTwice } from './scheduleTwice';
import { semaphores } from './semaphores';
import { sharedMemory } from './sharedMemory';
import { sshRefused } from './sshRefused';
import { staleControl } from './staleControl';
import { stanzaMissing } from './stanzaMissing';
import { stopped } from './stopped';
import { systemParameters } from './systemParameters';
import { toolMissing } from './toolMissing';
import { tooOld } from './tooOld';
import { vendorClusterConf } from './vendorClusterConf';
import { vendorConfMissing } from './vendorConfMissing';
import { vendorKeygen } from './vendorKeygen';
import { vendorNotInitialised } from './vendorNotInitialised';
import { vendorNumbers } from './vendorNumbers';
import { vendorRepositoryExists } from './vendorRepositoryExists';
import { vendorStepFailed } from './vendorStepFailed';
import { vendorWrongUser } from './vendorWrongUser';
import { verifyOld } from './verifyOld';
import { walPiledUp } from './walPiledUp';
import { windowShort } from './windowShort';

export const FAULTS: readonly FaultRule[] = [
  // The host, its programs and its memory.
  ...[
    repositoryHostOff,
    toolMissing,
    libraryMissing,
    removeIpc,
    semaphores,
    sharedMemory,
    outOfMemory,
    systemParameters,
  ],
  // The volume of the repository.
  ...[repositoryClosed, diskFull],
  // The database that is backed up, and the way to it.
  ...[databaseDown, hostKey, sshRefused, clock],
  // What the configuration says.
  ...[repoIpElsewhere, vendorConfMissing, vendorWrongUser, vendorNotInitialised, vendorKeygen, vendorClusterConf],
  ...[vendorRepositoryExists, vendorNumbers, confMissing, confDisagrees, dataPath],
  // Archiving.
  ...[archivingOff, archiveOverridden, archiveCommandWrong, restartPending],
  // A run.
  ...[idleTimeout, lockHeld, stopped, objectStore, foreignStanza, stanzaMissing, staleControl, protocolTimeout],
  ...[restoreTarget, manifestMissing, damaged],
  // What follows from the ones above.
  ...[walPiledUp, archiveLag, notArchived, noRepository, vendorStepFailed, jobFailed, noFull, tooOld],
  // What will not help when it is needed.
  ...[scheduleMissing, scheduleTwice, schedulePaused, scheduleTrap, repositoryLow, incrementalFellBack],
  ...[windowShort, drillFailed, verifyOld, drillOld],
];
