/** Hosts that exist already: everything stands in `nodes`. */
import type { NodeSource } from './nodeSource';

export const existingNodes: NodeSource = (cluster) => cluster;
