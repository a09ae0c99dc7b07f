/** Where hosts come from. */
export { resolveNodeSource, type NodeSource } from './nodeSource';
