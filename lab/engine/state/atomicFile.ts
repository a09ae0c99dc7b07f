// Replaces a file so that a crash leaves the old text or the new, never half of one.
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

let sequence = 0;

export async function writeFileAtomically(path: string, text: string, mode: number): Promise<void> {
  sequence += 1;
  const temporary = `${path}.${process.pid}.${sequence}.new`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Without this a power cut may lose the rename. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
