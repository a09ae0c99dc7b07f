/** The backups of a cluster as its children: repository with first full backup, archiving, schedule. */
import type * as pulumi from '@pulumi/pulumi';
import type { BackupTarget } from '../../core/backup/types';
import type { ClusterPlan } from '../../core/topology/types';
import type { Node } from '../host/node';
import { Archiving } from './archiving';
import { Repository } from './repository';
import { Schedule } from './schedule';

/** What there is once the backups are; empty where none are declared. */
export function declareBackups(
  parent: pulumi.Resource,
  plan: ClusterPlan,
  nodes: readonly Node[],
  after: readonly pulumi.Resource[],
): readonly pulumi.Resource[] {
  const { backup: target, spec } = plan;
  if (target === undefined || spec.backup === undefined) {
    return [];
  }
  const names = { parent };
  new Archiving(`${spec.name}-archiving`, target, names);
  const repository = new Repository(
    `${spec.name}-repository`,
    { spec: spec.backup, target, nodes: nodes.map(({ host }) => host), conf: configurations(target, nodes), after },
    names,
  );
  const schedule = new Schedule(
    `${spec.name}-schedule`,
    {
      spec: spec.backup,
      target,
      hosts: nodes.filter(({ plan: node }) => target.hosts.includes(node.name)).map(({ host }) => host),
      after: [repository.backup],
    },
    names,
  );
  return [repository.backup, ...schedule.entries];
}

function configurations({ conf }: BackupTarget, nodes: readonly Node[]): Record<string, string> {
  const texts = nodes.flatMap(({ plan, rendered }): [string, string][] => {
    const file = [...rendered.files, ...rendered.secretFiles].find(({ path }) => path === conf);
    return file === undefined ? [] : [[plan.name, file.text]];
  });
  return Object.fromEntries(texts);
}
