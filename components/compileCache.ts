/** Keeps what Node compiled for the next run: parsing the Pulumi SDK and TypeScript is most of the time of an `up` with nothing to change. */
import * as nodeModule from 'node:module';
import { join } from 'node:path';

/** The same as in scripts/run.sh, seen from dist/components. Under node_modules, not under /tmp: what lies there is run. */
const FOLDER = join(__dirname, '..', '..', 'node_modules', '.cache', 'pulumi-kingbase', 'compile');

/** NODE_COMPILE_CACHE goes first; where the folder cannot be written, nothing is kept and nothing fails. */
export function useCompileCache(folder: string = FOLDER): void {
  // Older than 22.1 has none.
  const enable = nodeModule.enableCompileCache as typeof nodeModule.enableCompileCache | undefined;
  enable?.(folder);
}
