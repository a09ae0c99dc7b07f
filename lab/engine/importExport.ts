// Moves state between the stand-in engine and the Pulumi CLI: the format is one, so both are checks and a copy.
import { existsSync, readFileSync } from 'node:fs';
import { KingbaseError } from '../../core/finding';
import { stackOutputsOf } from './deploy/stackOutputs';
import { openCrypter } from './secrets';
import { writeFileAtomically } from './state/atomicFile';
import { acquireLock } from './state/lock';
import { deserializeDeployment, parseDeploymentText, saltOf } from './state/serialize';
import { revealSecrets } from './values';

/** The text `pulumi stack import` takes. */
export function exportState(stateFile: string): string {
  if (!existsSync(stateFile)) {
    throw new KingbaseError({
      code: 'engine/no-state',
      path: stateFile,
      message: 'no such state file',
      hint: 'Run up first, or name another file with --state.',
    });
  }
  const text = readFileSync(stateFile, 'utf8');
  parseDeploymentText(text, stateFile);
  return text;
}

/** Replaces the state by what `pulumi stack export` printed, after proving that it can be read with the passphrase. */
export async function importState(stateFile: string, text: string, passphrase: string): Promise<void> {
  const lock = acquireLock(stateFile);
  try {
    const wire = parseDeploymentText(text, 'the imported deployment');
    const salt = saltOf(wire);
    if (salt !== undefined) deserializeDeployment(wire, await openCrypter(passphrase, salt));
    await writeFileAtomically(stateFile, text.endsWith('\n') ? text : `${text}\n`, 0o600);
  } finally {
    lock.release();
  }
}

/** The stack's outputs as they are in the state, without running anything. */
export async function readOutputs(stateFile: string, passphrase: string): Promise<Readonly<Record<string, unknown>>> {
  const wire = parseDeploymentText(exportState(stateFile), stateFile);
  const salt = saltOf(wire);
  const crypter = salt === undefined ? undefined : await openCrypter(passphrase, salt);
  const resources = crypter === undefined ? [] : deserializeDeployment(wire, crypter).resources;
  const outputs = stackOutputsOf(resources);
  return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, revealSecrets(value)]));
}
