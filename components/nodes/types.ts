/** What every source of hosts is. */

/** The object under `kingbase:cluster`, not checked yet. */
export type RawCluster = Readonly<Record<string, unknown>>;

/** Fills in `nodes` and `connection` before the specification is parsed. */
export type NodeSource = (cluster: RawCluster, source: RawCluster) => RawCluster;
