/** What a dynamic resource does when Pulumi calls it. Handlers live here, the serialized provider is only a shim (components/dynamic.ts). */
export interface DiffResult {
  readonly changes: boolean;
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

export interface Handler<I extends object, O extends object> {
  /** Pure check of the inputs; findings as property failures. */
  check?(olds: Partial<I>, news: I): Promise<{ inputs: I; failures?: { property: string; reason: string }[] }>;
  /** olds: outputs in state. news: inputs. Never touches a host. */
  diff(id: string, olds: O, news: I): Promise<DiffResult>;
  create(inputs: I): Promise<{ id: string; outs: O }>;
  /** Never throws, never drops the id: an unreachable host gives the old properties with observed.reachable = false. */
  read(id: string, props: O): Promise<{ id: string; props: O }>;
  update(id: string, olds: O, news: I): Promise<{ outs: O }>;
  delete(id: string, props: O): Promise<void>;
}
