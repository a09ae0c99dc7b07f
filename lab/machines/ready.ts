// A node is ready when it answers over ssh, shows the key we gave it, and its init says that everything was started.
import { KingbaseError } from '../../core/finding';
import { isIsolated } from './networkRules';
import type { Manifest, ManifestNode } from '../manifest';
import { nodePaths } from '../paths';
import { lastLines, poll, run } from '../run';
import { execInNode } from './exec';

const READY_TIMEOUT_MS = 180_000;

export async function waitForSsh(manifest: Manifest, node: ManifestNode): Promise<void> {
  // A node that was cut off on purpose cannot answer; that its init runs is all there is to see.
  if (isIsolated(manifest, node.name)) return;
  let last = 'no answer yet';
  const ready = await poll(
    async () => {
      const scan = await run('ssh-keyscan', ['-T', '1', '-t', 'ed25519', node.host], { anyExit: true });
      const shown = scan.stdout.split('\n').find((line) => line.startsWith(`${node.host} `));
      if (shown === undefined) return undefined;
      if (shown.slice(node.host.length + 1).trim() === node.hostKey) return true;
      last = `it shows another host key: ${shown}`;
      return undefined;
    },
    READY_TIMEOUT_MS,
    100,
  );
  if (ready !== true) throw notReady(manifest, node, last);
}

/** The unit of a recovery action that failed is no fault of the image; its record says why. */
const ACTION_UNIT = /^kb-.*\.service$/;

/** Units that failed while booting: a broken image shows here, not as a riddle later. */
export async function failedUnits(lab: string, node: string): Promise<readonly string[]> {
  await execInNode(lab, node, ['systemctl', 'is-system-running', '--wait'], {
    anyExit: true,
    timeoutMs: READY_TIMEOUT_MS,
  });
  const { stdout } = await execInNode(lab, node, ['systemctl', 'list-units', '--failed', '--plain', '--no-legend']);
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((unit) => unit !== '' && !ACTION_UNIT.test(unit));
}

function notReady(manifest: Manifest, node: ManifestNode, last: string): KingbaseError {
  const log = nodePaths(manifest.name, node.name).console;
  return new KingbaseError({
    code: 'lab/no-ssh',
    path: `${node.name} (${node.host})`,
    message: `sshd did not answer within ${READY_TIMEOUT_MS / 1000} s: ${lastLines(last)}`,
    hint: `Its console is in ${log}.`,
  });
}
