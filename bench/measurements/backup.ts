// WAL and full backups into the repository: through what `up` rendered, against plain pgBackRest on the same nodes, in turns. Each comes in two
// ways: ours with its defaults, against plain with the same keys; ours as it is declared to be fast, against plain with whatever makes it fastest.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../lab/lab';
import { projectRoot } from '../../lab/projectRoot';
import { runEngine } from '../engine';
import { labCluster, withFreshNodes, withStack, writeConfig } from '../labs';
import { median } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome, type Series } from '../types';
import { atMostRatio, type Row } from '../verdict';

const LAB = 4;
const RUNS = 5;
const SEGMENT_MB = 16;
const NODES = ['node1', 'repo'] as const;
const REPOSITORY = '/kbrepo/kbbr_repo';
/** Throughput of at least 0.95 is time of at most 1 / 0.95. */
const LIMIT = 1 / 0.95;

export const backup: Measurement = {
  name: 'backup',
  title: 'WAL and full backups into the repository as `up` sets it up, against plain pgBackRest on the same nodes',
  needsLab: true,
  run: measure,
};

/** One way to do both. */
interface Way {
  readonly name: string;
  /** `declared`: the one in es_rep.conf. */
  readonly archiveCommand: string;
  readonly fullBackup: readonly string[];
  /** Of ours: under which name what `up` wrote was kept. */
  readonly rendered?: string;
}

interface Scale {
  readonly runs: number;
  readonly segments: number;
  readonly rows: number;
}

function measure(context: BenchContext): Promise<Outcome> {
  const { quick } = context;
  const scale = { runs: runsOf(context, RUNS), segments: quick ? 2 : 6, rows: quick ? 100_000 : 1_000_000 };
  return withFreshNodes(context, LAB, (lab) => measureIn(context, lab, scale), NODES);
}

async function measureIn(context: BenchContext, lab: Lab, scale: Scale): Promise<Outcome> {
  const declared = (resources: object): ReturnType<typeof labCluster> =>
    labCluster(lab.manifest(), {
      // Segments that are kept for standbys would fill the small volume.
      database: { parameters: { wal_keep_segments: 8 } },
      backup: { repository: 'repo', path: REPOSITORY, retention: { windowDays: 1 }, resources },
    });
  return withStack(declared({}), async (stack) => {
    context.say('backup: standing cluster, repository and first backup up');
    await runEngine({ verb: 'up', stack });
    const ours = await ourWay(lab, 'ours');
    writeConfig(stack, declared(FAST));
    await runEngine({ verb: 'up', stack });
    const fast = await ourWay(lab, 'ours, declared fast');
    await prepare(lab, scale);
    // Once untimed: what was written before must not weigh on whoever comes first.
    await archive(lab, ours, scale.segments);
    const best = await plainAtItsBest(context, lab, scale);
    const ways = [ours, plainWay('plain, same keys', SAME_KEYS, SAME_KEYS), fast, best] as const;
    return outcome(await inTurns(context, lab, scale, ways), await notes(lab, best));
  });
}

/** What a user declares for much WAL (docs/operating.md). */
const FAST = { archiveAsync: true, compress: 'zst', compressLevel: 1, processMax: 2 };

interface Trial {
  readonly way: Way;
  /** Seconds for 100 MB of WAL, and for a full backup, per run. */
  readonly archived: number[];
  readonly backedUp: number[];
}

async function inTurns(context: BenchContext, lab: Lab, scale: Scale, ways: readonly Way[]): Promise<readonly Trial[]> {
  const trials = ways.map((way): Trial => ({ way, archived: [], backedUp: [] }));
  for (let run = 0; run < scale.runs; run += 1) {
    // Who comes first changes each time: a machine that slows down favours nobody.
    const order = [...trials.slice(run % trials.length), ...trials.slice(0, run % trials.length)];
    for (const trial of order) trial.archived.push(await archive(lab, trial.way, scale.segments));
    for (const trial of order) trial.backedUp.push(await fullBackup(lab, trial.way));
    const last = (of: (trial: Trial) => readonly number[]): string =>
      trials.map((trial) => of(trial).at(-1)?.toFixed(2)).join(' / ');
    const names = ways.map(({ name }) => name).join(' / ');
    const [wal, full] = [last((trial) => trial.archived), last((trial) => trial.backedUp)];
    context.say(`backup ${run + 1}: ${names}: WAL ${wal}, full ${full} s`);
  }
  return trials;
}

function outcome(trials: readonly Trial[], said: readonly string[]): Outcome {
  const [ours, same, fast, best] = trials as readonly [Trial, Trial, Trial, Trial];
  const rows: Row[] = [
    { ...archived(ours, same, 'defaults, plain with the same keys'), limits: [atMostRatio(LIMIT)] },
    { ...archived(fast, best, 'declared fast, plain at its best'), limits: [atMostRatio(LIMIT)] },
    { ...archived(ours, best, 'defaults, plain at its best'), limits: [] },
    { ...backedUp(ours, same, 'defaults, plain with the same keys'), limits: [atMostRatio(LIMIT)] },
    { ...backedUp(fast, best, 'declared fast, plain at its best'), limits: [atMostRatio(LIMIT)] },
    { ...backedUp(ours, best, 'defaults, plain at its best'), limits: [] },
  ];
  const series: Series[] = trials.flatMap(({ way, archived: wal, backedUp: full }) => [
    { name: `100 MB of WAL archived: ${way.name}`, unit: 's' as const, values: wal },
    { name: `full backup: ${way.name}`, unit: 's' as const, values: full },
  ]);
  return { rows, series, notes: said };
}

function archived(ours: Trial, other: Trial, name: string): Omit<Row, 'limits'> {
  return { name: `100 MB of WAL archived, ${name}`, unit: 's', ...middle(ours.archived, other.archived) };
}

function backedUp(ours: Trial, other: Trial, name: string): Omit<Row, 'limits'> {
  return { name: `full backup, ${name}`, unit: 's', ...middle(ours.backedUp, other.backedUp) };
}

const middle = (ours: readonly number[], reference: readonly number[]): Pick<Row, 'ours' | 'reference'> => ({
  ours: median(ours),
  reference: median(reference),
});

/** As the server and cron have it: nothing is set over what `up` wrote, which is kept under the name of the way and put back for its turns. */
async function ourWay(lab: Lab, name: string): Promise<Way> {
  const { data, prefix } = lab.manifest();
  const { stdout } = await lab.node('node1').script(`grep ^archive_command ${data}/es_rep.conf`);
  if (!/^archive_command\s*=\s*'.*sys_rman .*archive-push %p'/.test(stdout))
    throw new Error(`not what is to be measured: ${stdout}`);
  const rendered = `${REPOSITORY}/sys_rman.conf.${name.replace(/\W+/g, '-')}`;
  for (const node of NODES) await call(lab, node, `cp -p ${REPOSITORY}/sys_rman.conf ${rendered}`);
  const conf = [`--config=${REPOSITORY}/sys_rman.conf`, '--stanza=kingbase'];
  return {
    name,
    rendered,
    archiveCommand: 'declared',
    fullBackup: [`${prefix}/bin/sys_rman`, ...conf, '--archive-copy', '--type=full', 'backup'],
  };
}

const SAME_KEYS = ['--process-max=4', '--compress-type=none'];
/** What an archiver of pgBackRest may be given beyond the keys of sys_rman; which is best is tried out. */
const ARCHIVE_CANDIDATES = [
  ['--archive-async', '--process-max=2', '--compress-type=none'],
  ['--archive-async', '--process-max=2', '--compress-type=lz4'],
  ['--archive-async', '--process-max=2', '--compress-type=zst', '--compress-level=1'],
];
const BACKUP_CANDIDATES = [
  ['--process-max=2', '--compress-type=none'],
  ['--process-max=2', '--compress-type=lz4'],
  ['--process-max=2', '--compress-type=zst', '--compress-level=1'],
];

const PLAIN = ['pgbackrest', '--config=/kbrepo/plain/pgbackrest.conf', '--stanza=plain'];

function plainWay(name: string, archiveOptions: readonly string[], backupOptions: readonly string[]): Way {
  return {
    name,
    archiveCommand: [...PLAIN, ...archiveOptions, 'archive-push', '%p'].join(' '),
    fullBackup: [...PLAIN, ...backupOptions, '--type=full', 'backup'],
  };
}

async function plainAtItsBest(context: BenchContext, lab: Lab, { segments }: Scale): Promise<Way> {
  const pushed = await fastest(ARCHIVE_CANDIDATES, (options) => archive(lab, plainWay('tried', options, []), segments));
  const backedUp = await fastest(BACKUP_CANDIDATES, (options) => fullBackup(lab, plainWay('tried', pushed, options)));
  context.say(`backup: plain is best with ${pushed.join(' ')}; ${backedUp.join(' ')}`);
  return plainWay('plain, at its best', pushed, backedUp);
}

async function fastest(
  candidates: readonly (readonly string[])[],
  seconds: (options: readonly string[]) => Promise<number>,
): Promise<readonly string[]> {
  let best: { readonly options: readonly string[]; readonly seconds: number } | undefined;
  for (const options of candidates) {
    const taken = await seconds(options);
    if (best === undefined || taken < best.seconds) best = { options, seconds: taken };
  }
  return best?.options ?? [];
}

async function prepare(lab: Lab, { rows }: Scale): Promise<void> {
  const [database, repository] = [lab.node('node1'), lab.node('repo')];
  await call(lab, 'node1', `plain_conf '' ${repository.host}`);
  await call(lab, 'repo', `plain_conf ${database.host} ''`);
  await call(lab, 'repo', `as_owner ${PLAIN.join(' ')} stanza-create`);
  const content = `md5(i::text) || md5((i * 7)::text) || md5(random()::text)`;
  await call(lab, 'node1', `sql "create table kept as select i, ${content} as a from generate_series(1, ${rows}) i"`);
  await call(lab, 'node1', 'sql checkpoint');
}

async function putBack(lab: Lab, { rendered }: Way): Promise<void> {
  if (rendered === undefined) return;
  // The stand-in translates a configuration that it sees for the first time: not while the clock runs.
  const conf = `${REPOSITORY}/sys_rman.conf`;
  const look = `as_owner ${lab.manifest().prefix}/bin/sys_rman --config=${conf} --stanza=kingbase info`;
  for (const node of NODES) await call(lab, node, `cp -p ${rendered} ${conf} && ${look} >/dev/null`);
}

/** Seconds for 100 MB. */
async function archive(lab: Lab, way: Way, segments: number): Promise<number> {
  await putBack(lab, way);
  const [count = NaN, seconds = NaN] = numbers(await call(lab, 'node1', `push ${segments} '${way.archiveCommand}'`));
  return (seconds / (count * SEGMENT_MB)) * 100;
}

async function fullBackup(lab: Lab, way: Way): Promise<number> {
  await putBack(lab, way);
  // A backup waits for its last segment: the archiver has to serve the same repository.
  await call(lab, 'node1', `archive_with '${way.archiveCommand}'`);
  const [seconds = NaN] = numbers(await call(lab, 'repo', `timed ${way.fullBackup.join(' ')}`));
  return seconds;
}

async function notes(lab: Lab, best: Way): Promise<string[]> {
  const [size = NaN] = numbers(await call(lab, 'node1', 'sql "select sum(sys_database_size(oid)) from sys_database"'));
  return [
    `database of ${Math.round(size / 1e6)} MB; one database node and the repository node on this machine, a 2 GiB volume each`,
    "ours runs sys_rman, which in the lab is pgBackRest behind a script of the lab's, on both hosts",
    'defaults, same keys: compress none, process-max 4, one push per segment',
    `declared fast: backup.resources ${JSON.stringify(FAST)}`,
    `at its best: ${best.archiveCommand}; ${best.fullBackup.join(' ')}`,
  ];
}

async function call(lab: Lab, node: string, command: string): Promise<string> {
  const functions = readFileSync(join(projectRoot(), 'bench', 'plain', 'backup.sh'), 'utf8');
  const text = `${functions}\ndata=${lab.manifest().data}\n${command}`;
  return (await lab.node(node).script(text, { label: `${node}: ${command}`, timeoutMs: 300_000 })).stdout;
}

function numbers(text: string): number[] {
  return text.trim().split(/\s+/).map(Number);
}
