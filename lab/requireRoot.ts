// The lab is root's: its machines, and the keys and passwords that its other commands read.
import { KingbaseError } from '../core/finding';

/** `command` is what the user typed, as npm knows it. */
export function requireRoot(command = 'npm run lab', uid = process.getuid?.()): void {
  if (uid === 0) return;
  throw new KingbaseError({
    code: 'lab/not-root',
    message: 'the machines of a lab and the keys to them are root’s',
    hint: `Run it as root: sudo ${command}`,
  });
}
