// The files of one pipeline lie on several hosts; each is right by itself, and together they lead nowhere.
import { numbered, type RmanSections } from '../../../render/parse/sysRman';
import { defineRule, type Objection, type Subjects } from '../../types';

type Pipeline = Subjects['backup'];
type Conf = Pipeline['confs'][number];

function judgeConf(conf: Conf, pipeline: Pipeline): readonly string[] {
  const { target } = pipeline;
  const stanza = conf.sections[target.stanza];
  if (stanza === undefined) return [`has no section [${target.stanza}], the stanza that archive_command names`];
  const global = conf.sections['global'] ?? {};
  return target.hosts.includes(conf.node)
    ? judgeRepositorySide(conf, stanza, global, pipeline)
    : judgeDatabaseSide(conf, stanza, global, pipeline);
}

type Keys = RmanSections[string];

/** A database node: where it sends its segments. */
function judgeDatabaseSide(conf: Conf, stanza: Keys, global: Keys, { target, nodes }: Pipeline): string[] {
  const data = nodes.find(({ name }) => name === conf.node)?.data;
  const hosts = numbered(global, 'repo', 'host');
  const wrong: string[] = [];
  if (stanza['kb1-path'] !== data)
    wrong.push(`kb1-path is ${stanza['kb1-path'] ?? 'missing'}; the data lies in ${data ?? ''}`);
  for (const [index, { node, path }] of target.repositories.entries()) {
    const number = index + 1;
    const wanted = nodes.find(({ name }) => name === node);
    const [host, found] = [hosts.get(number), global[`repo${number}-path`]];
    if (host !== wanted?.host) {
      wrong.push(`repo${number}-host is ${host ?? 'missing'}; ${node ?? ''} is ${wanted?.host ?? 'no node'}`);
    }
    if (found !== path) wrong.push(`repo${number}-path is ${found ?? 'missing'}; the repository lies in ${path}`);
  }
  const config = global['repo1-host-config'];
  if (config !== target.conf)
    wrong.push(`repo1-host-config is ${config ?? 'missing'}; the file there is ${target.conf}`);
  return wrong;
}

/** The repository's host: whom it backs up. */
function judgeRepositorySide(conf: Conf, stanza: Keys, global: Keys, { target, nodes }: Pipeline): string[] {
  const databases = nodes.filter(
    ({ name, role }) => role === 'database' && (target.placement !== 'perNode' || name === conf.node),
  );
  const hosts = numbered(stanza, 'kb', 'host');
  const paths = numbered(stanza, 'kb', 'path');
  const wrong: string[] = [];
  for (const { name, host, data } of databases) {
    const isSelf = name === conf.node;
    const group = isSelf ? 1 : [...hosts].find(([, value]) => value === host)?.[0];
    const path = group === undefined ? undefined : paths.get(group);
    if (group === undefined || path === undefined) wrong.push(`has no kb group for ${name} (${host})`);
    else if (path !== data) wrong.push(`kb${group}-path is ${path}; the data of ${name} lies in ${data}`);
  }
  for (const [number, host] of hosts) {
    if (!databases.some((database) => database.host === host)) {
      wrong.push(`kb${number}-host ${host} is no database node of the cluster`);
    }
  }
  const own = [...numbered(global, 'repo', 'path').values()];
  const missing = target.repositories.filter(
    ({ node, path }) => (node === conf.node || target.placement === 'perNode') && !own.includes(path),
  );
  return [...wrong, ...missing.map(({ path }) => `names no repository at ${path}`)];
}

export const agreeOnRepository = defineRule({
  subject: 'backup',
  id: 'kingbase-backup-agree-on-repository',
  title: 'sys_rman.conf says the same on the repository and on every node',
  group: 'backup',
  level: 'mandatory',
  severity: 'critical',
  restsOn: 'rendered',
  protectsFrom:
    'A node that pushes to another address, path or stanza piles its WAL up; a node that the repository does not know is the primary after a failover.',
  evidence: 'D9 BK9: contents differ by node; S vendor script; SEED faults 1 and 4',
  hint: 'Declare backup and nodes only, and let the files follow; a copy of another node’s sys_rman.conf is never right.',
  judge: (pipeline) =>
    pipeline.confs.flatMap((conf): Objection[] =>
      judgeConf(conf, pipeline).map((message) => ({ path: `${conf.node}:${conf.path}`, message })),
    ),
});
