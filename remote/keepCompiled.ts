/** Writes what Node compiled so far into its compile cache, where there is one (scripts/run.sh). */
import * as nodeModule from 'node:module';

/** Node does it when a process ends by itself. The provider process never does: the engine kills it. */
export function keepCompiled(): void {
  const flush = nodeModule.flushCompileCache as typeof nodeModule.flushCompileCache | undefined;
  flush?.();
}
