// One run of the `render` measurement, in a process of its own: prints a RenderReport.
import { loadTemplates } from '../components/templates';
import { formatFindings } from '../core/finding';
import { renderAuthorizedKeys, renderNode } from '../core/render/renderNode';
import type { RenderedFile } from '../core/render/types';
import { parseClusterSpec } from '../core/spec/parseClusterSpec';
import { planCluster } from '../core/topology/planCluster';
import { fakeHostKey, madeUpCluster } from './clusterInput';
import type { RenderReport } from './measurements/render';

const clusters = Number(process.argv[2]);
const nodes = Number(process.argv[3]);

function renderAll(index: number): RenderedFile[] {
  const parsed = parseClusterSpec(madeUpCluster(index, nodes));
  if (!parsed.ok) throw new Error(formatFindings(parsed.findings));
  const plan = planCluster(parsed.spec);
  const publicKeys = Object.fromEntries(plan.nodes.map(({ name }) => [name, fakeHostKey(`login of ${name}`)]));
  const templates = loadTemplates();
  return plan.nodes.flatMap((node) => {
    const { files, databaseFiles, secretFiles } = renderNode(plan, node, templates);
    return [...files, ...databaseFiles, ...secretFiles, renderAuthorizedKeys(plan, node, publicKeys, templates)];
  });
}

const begun = process.hrtime.bigint();
// Kept until the end, as a program keeps what it hands to its resources.
const files = Array.from({ length: clusters }, (_, index) => renderAll(index)).flat();
const report: RenderReport = {
  clusters,
  nodes,
  files: files.length,
  bytes: files.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0),
  seconds: Number(process.hrtime.bigint() - begun) / 1e9,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(report));
