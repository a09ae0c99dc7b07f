// Whether both ways of building a cluster ended alike: a way that leaves something out would be compared with one that does it.
import { createHash } from 'node:crypto';
import { loadTemplates } from '../../components/templates';
import { renderNode } from '../../core/render/renderNode';
import type { RenderedFile } from '../../core/render/types';
import type { NodePlan } from '../../core/topology/types';
import type { Lab } from '../../lab/lab';
import { planLab } from './stage';

/** Throws unless every whole file that we render lies on every node byte for byte, with its mode and owner, and the firewall has our rules. */
export async function requireSameEnd(lab: Lab): Promise<void> {
  const plan = planLab(lab.manifest());
  const wrong = await Promise.all(
    plan.nodes.map(async (node) => {
      const { files, databaseFiles } = renderNode(plan, node, loadTemplates());
      return differences(
        lab,
        node,
        [...files, ...databaseFiles].filter(({ block }) => block === undefined),
      );
    }),
  );
  const all = wrong.flat();
  if (all.length > 0) throw new Error(`the cluster is not what \`up\` makes:\n${all.join('\n')}`);
}

async function differences(lab: Lab, node: NodePlan, files: readonly RenderedFile[]): Promise<string[]> {
  const script = [
    ...files.map(({ path }) => `echo "$(stat -c '0%a %U:%G' '${path}') $(sha256sum <'${path}' | cut -d' ' -f1)"`),
    `firewall-cmd --info-policy=pulumi-kingbase | grep -c 'rule family' || true`,
  ].join('\n');
  const { stdout } = await lab.node(node.name).script(script, { anyExit: true, label: 'compare files' });
  const found = stdout.trim().split('\n');
  const wanted = files.map(({ mode, owner, text }) => `${mode} ${owner} ${sha256(text)}`);
  const wrong = files.flatMap(({ path }, at) => (found[at] === wanted[at] ? [] : [`${node.name}: ${path}`]));
  return Number(found[files.length]) > 0 ? wrong : [...wrong, `${node.name}: the firewall has no rule of ours`];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
