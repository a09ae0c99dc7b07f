/** The manifest of a run in the folder of a test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest, type BackupManifest } from '../../../core/kwdb/manifest';

export function readRun({ runs }: { readonly runs: string }, run: string): BackupManifest {
  const manifest = parseManifest(readFileSync(join(runs, run, 'manifest.json'), 'utf8'));
  if (manifest === undefined) throw new Error(`run ${run} has no whole manifest`);
  return manifest;
}
