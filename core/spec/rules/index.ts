// Every rule of the specification, in the order in which their findings are shown.
import { acceptedChecks } from './acceptedChecks';
import { arbitration } from './arbitration';
import { archiveCommand } from './archiveCommand';
import { backupProof } from './backupProof';
import { backupRepository } from './backupRepository';
import { backupResources } from './backupResources';
import { backupSchedule } from './backupSchedule';
import { clientNetworks } from './clientNetworks';
import { clusterName } from './clusterName';
import { clusterRecovery } from './clusterRecovery';
import { connectionAccess } from './connectionAccess';
import { databaseCreation } from './databaseCreation';
import { directories } from './directories';
import { endpoint } from './endpoint';
import { failoverTimes } from './failoverTimes';
import { hostAddresses } from './hostAddresses';
import { hostKeys } from './hostKeys';
import { installMedia } from './installMedia';
import { nodeDetails } from './nodeDetails';
import { nodeNames } from './nodeNames';
import { nodeRoles } from './nodeRoles';
import { osAccount } from './osAccount';
import { parameters } from './parameters';
import { ports } from './ports';
import type { Rule } from './rule';
import { synchronousLists } from './synchronousLists';
import { trustedServers } from './trustedServers';
import { uniqueNodes } from './uniqueNodes';
import { virtualIp } from './virtualIp';
import { walBudget } from './walBudget';

export const rules: readonly Rule[] = [
  clusterName,
  nodeNames,
  hostAddresses,
  uniqueNodes,
  hostKeys,
  nodeDetails,
  nodeRoles,
  arbitration,
  trustedServers,
  virtualIp,
  endpoint,
  synchronousLists,
  clientNetworks,
  directories,
  connectionAccess,
  osAccount,
  ports,
  installMedia,
  databaseCreation,
  parameters,
  walBudget,
  failoverTimes,
  clusterRecovery,
  archiveCommand,
  backupRepository,
  backupSchedule,
  backupResources,
  backupProof,
  acceptedChecks,
];
