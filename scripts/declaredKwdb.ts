// What a program with this KWDB cluster would declare, as far as policies look at it: known without an engine, a passphrase or a host.
import { connectionArgs } from '../components/host/connectionArgs';
import { toFilesArgs } from '../components/host/fileArgs';
import { loadTemplates } from '../components/templates';
import { KingbaseError } from '../core/finding';
import { backupFiles } from '../core/kwdb/render/backupFiles';
import { baseFiles, levelFiles, serviceFiles } from '../core/kwdb/render/kwdbFiles';
import { parseKwdbSpec } from '../core/kwdb/spec/parseKwdbSpec';
import type { KwdbNode, KwdbSpec } from '../core/kwdb/spec/types';
import { toKwdbTarget } from '../core/kwdb/target';
import type { PolicyResource } from '../core/policy/types';
import type { RenderedFile } from '../core/render/types';
import type { ClusterSpec } from '../core/spec/types';

const FILES = 'pulumi-nodejs:dynamic/kingbase:KwdbFiles';

/** Throws every finding of the configuration at once. */
export function declaredKwdb(input: unknown, stack: string | undefined): readonly PolicyResource[] {
  const parsed = parseKwdbSpec(input, stack ?? 'stack');
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  const { spec } = parsed;
  const { name: cluster, secureMode, wal, backup } = spec;
  const hosts = spec.nodes.map(({ host }) => host);
  return [
    { type: 'kwdb:dr:WalSettings', name: cluster, props: { cluster, secureMode, ...wal } },
    ...(backup === undefined
      ? []
      : [{ type: 'kwdb:dr:Backup', name: `${cluster}-backup`, props: { cluster, hosts, ...backup } }]),
    ...spec.nodes.flatMap((node) => filesOf(spec, node)),
  ];
}

function filesOf(spec: KwdbSpec, node: KwdbNode): PolicyResource[] {
  const templates = loadTemplates();
  const { backup } = spec;
  const of = (owner: string, files: readonly RenderedFile[]): PolicyResource => ({
    type: FILES,
    name: `${owner}-${node.name}-files`,
    parent: owner,
    props: {
      connection: connectionArgs(
        spec as unknown as ClusterSpec,
        node as unknown as ClusterSpec['nodes'][number],
        undefined,
      ),
      target: toKwdbTarget(spec, node),
      files: toFilesArgs(files),
    },
  });
  return [
    of(spec.name, [...baseFiles({ spec, node, templates }), ...levelFiles({ spec, templates })]),
    of(`${spec.name}-service`, serviceFiles({ spec, node, templates })),
    ...(backup?.node === node.name ? [of(`${spec.name}-backup`, backupFiles({ spec, templates }, backup))] : []),
  ];
}
