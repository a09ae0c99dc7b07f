// Install media of a lab that installs: the ones given, or a db.zip packed from the lab's own toolchain.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../../core/finding';
import { FORMS } from '../forms';
import type { Manifest } from '../manifest';
import { labPaths } from '../paths';
import { projectRoot } from '../projectRoot';
import { run } from '../run';

export async function ensureMedia(manifest: Manifest): Promise<Manifest> {
  if (manifest.media !== undefined || FORMS[manifest.form].install === 'existing') return manifest;
  const directory = join(labPaths(manifest.name).directory, 'media');
  const zip = join(directory, 'db.zip');
  mkdirSync(directory, { recursive: true });
  const script = join(projectRoot(), 'lab/toolchain/pack.sh');
  if (!existsSync(script)) {
    throw new KingbaseError({ code: 'lab/no-toolchain', path: script, message: 'there is no toolchain to pack' });
  }
  await run('sh', [script, zip], { label: 'lab/toolchain/pack.sh' });
  const license = join(directory, 'license.dat');
  return { ...manifest, media: { zip, ...(existsSync(license) ? { license } : {}) } };
}
