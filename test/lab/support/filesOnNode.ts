// Files as they lie on a node, and as core/render says they must.
import { expect } from 'vitest';
import { extractBlock } from '../../../core/render/block';
import { fillSecrets } from '../../../core/render/fillSecrets';
import { BLOCK, renderAuthorizedKeys, renderNode } from '../../../core/render/renderNode';
import type { RenderedFile } from '../../../core/render/types';
import { planCluster } from '../../../core/topology/planCluster';
import type { ClusterPlan, NodePlan } from '../../../core/topology/types';
import { loadTemplates } from '../../../components/templates';
import type { Lab, LabNode } from '../../../lab/lab';
import { readClusterSpec } from '../../../lab/stack/clusterSpec';
import { readPasswords } from '../../../lab/stack/stackFile';

/** Filled in on the node: repmgr and whatever the server's own initdb preloads. */
const PRELOAD = '@@node:preload@@';

export interface FileOnNode {
  readonly text: string;
  /** Four octal digits. */
  readonly mode: string;
  /** user:group */
  readonly owner: string;
}

const READ = `
while IFS= read -r path; do
  case $path in
    crontab:*) text=$(crontab -u "\${path#crontab:}" -l 2>/dev/null; echo .); printf '0600 - %s\\n' "$(printf %s "\${text%.}" | base64 -w0)" ;;
    *) if [ -f "$path" ]; then printf '%04d %s %s\\n' "$(stat -c %a "$path")" "$(stat -c %U:%G "$path")" "$(base64 -w0 <"$path")"; else echo; fi ;;
  esac
done`;

/** One entry per path that is there. */
export async function readFiles(node: LabNode, paths: readonly string[]): Promise<ReadonlyMap<string, FileOnNode>> {
  const script = `${READ} <<'PATHS'\n${paths.join('\n')}\nPATHS\n`;
  const lines = (await node.script(script, { label: 'read files' })).stdout.split('\n');
  return new Map(
    paths.flatMap((path, index) => {
      const [mode, owner, base64] = (lines[index] ?? '').split(' ');
      if (mode === undefined || mode === '' || owner === undefined) return [];
      return [[path, { mode, owner, text: Buffer.from(base64 ?? '', 'base64').toString('utf8') }] as const];
    }),
  );
}

export async function planOf(lab: Lab): Promise<ClusterPlan> {
  return planCluster(await readClusterSpec(lab.manifest()));
}

/** Every file of a node as it must lie there: rendered here and now, passwords filled in, the node's own preload list taken over. */
export async function wantedFiles(
  lab: Lab,
  plan: ClusterPlan,
  node: NodePlan,
): Promise<ReadonlyMap<string, RenderedFile>> {
  const templates = loadTemplates();
  const { files, databaseFiles, secretFiles } = renderNode(plan, node, templates);
  const keys = Object.fromEntries(await Promise.all(plan.nodes.map((each) => publicKeyOf(lab, each))));
  const passwords = { ...(await readPasswords(lab.name)) };
  const filled = secretFiles.map((file) => ({ ...file, text: fillSecrets(file.path, file.text, passwords) }));
  const trust = renderAuthorizedKeys(plan, node, keys, templates);
  return new Map([...files, ...databaseFiles, ...filled, trust].map((file) => [file.path, file]));
}

async function publicKeyOf(lab: Lab, node: NodePlan): Promise<readonly [string, string]> {
  const { stdout } = await lab.node(node.name).exec(['cat', `${node.paths.ssh.identity}.pub`]);
  return [node.name, stdout.trim()];
}

/** Of a file that is ours in part, our part. */
export function ourPart(file: FileOnNode, wanted: RenderedFile): string | undefined {
  return wanted.block === undefined ? file.text : extractBlock(file.text, BLOCK);
}

/** Every file of one node lies there byte for byte as rendered, with mode and owner. */
export async function expectAsRendered(lab: Lab, plan: ClusterPlan, node: NodePlan): Promise<void> {
  const wanted = await wantedFiles(lab, plan, node);
  const found = await readFiles(lab.node(node.name), [...wanted.keys()]);
  for (const [path, file] of wanted) {
    const there = found.get(path);
    const at = `${node.name}:${path}`;
    expect(there, `${at} is there`).toBeDefined();
    if (there === undefined) continue;
    // A crontab is the daemon's own file: mode and owner are not ours to set.
    if (path.startsWith('/'))
      expect({ at, mode: there.mode, owner: there.owner }).toEqual({ at, mode: file.mode, owner: file.owner });
    const [before = '', after] = file.text.split(PRELOAD);
    const text = ourPart(there, file) ?? '';
    if (after === undefined) expect({ at, text }).toEqual({ at, text: file.text });
    else {
      expect(text.startsWith(before) && text.endsWith(after), at).toBe(true);
      expect(text.slice(before.length, text.length - after.length), at).toMatch(/^repmgr(, [a-z_]+)*$/);
    }
  }
  // Enough files for the comparison to mean something.
  expect([...wanted.keys()].length).toBeGreaterThanOrEqual(node.role === 'repository' ? 7 : 17);
}
