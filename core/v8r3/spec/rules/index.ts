// Every rule of the V8R3 specification, in the order in which their findings are shown.
import { clientNetworks } from '../../../spec/rules/clientNetworks';
import { clusterName } from '../../../spec/rules/clusterName';
import { connectionAccess } from '../../../spec/rules/connectionAccess';
import { hostAddresses } from '../../../spec/rules/hostAddresses';
import { hostKeys } from '../../../spec/rules/hostKeys';
import { nodeNames } from '../../../spec/rules/nodeNames';
import { ownerNames } from '../../../spec/rules/osAccount';
import { checkTrustedServers } from '../../../spec/rules/trustedServers';
import { uniqueNodes } from '../../../spec/rules/uniqueNodes';
import { addresses } from './addresses';
import { directories } from './directories';
import { executeUser } from './executeUser';
import { listeners } from './listeners';
import { parameters } from './parameters';
import { pools } from './pools';
import type { V8r3Rule } from './rule';
import { watchdogTimes } from './watchdogTimes';

export type { V8r3Given } from './rule';

export const v8r3Rules: readonly V8r3Rule[] = [
  clusterName,
  nodeNames,
  hostAddresses,
  addresses,
  uniqueNodes,
  hostKeys,
  pools,
  ({ trustedServers, nodes, virtualIps }) =>
    checkTrustedServers(trustedServers, 'trustedServers', {
      nodes,
      virtualIps: [virtualIps.database, virtualIps.cluster],
    }),
  clientNetworks,
  directories,
  connectionAccess,
  ({ os }) => ownerNames(os),
  executeUser,
  listeners,
  parameters,
  watchdogTimes,
];
