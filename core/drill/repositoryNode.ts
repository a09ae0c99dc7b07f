/** Where a drill runs: the node that holds the repository. */
import type { Finding } from '../finding';
import type { ClusterSpec, NodeSpec } from '../spec/types';

/** With a repository on each node it has to be named. */
export function repositoryNode(spec: ClusterSpec, wanted: string | undefined): NodeSpec | Finding {
  const name =
    wanted ?? spec.backup?.repositories[0]?.node ?? spec.nodes.find(({ role }) => role === 'repository')?.name;
  const found = spec.nodes.find((node) => node.name === name);
  return (
    found ?? {
      code: 'drill/no-repository',
      path: 'node',
      message: name === undefined ? 'no node holds a repository' : `there is no node ${JSON.stringify(name)}`,
      hint: 'A drill runs where the repository is: declare `backup`, and with a repository on each node name the one to drill.',
    }
  );
}
