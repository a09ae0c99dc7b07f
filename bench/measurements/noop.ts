// `up` with nothing to change, without backups and with them, against the least one can ask a cluster by hand: `repmgr cluster show` on each node over ssh.
import type { Lab } from '../../lab/lab';
import { labPaths } from '../../lab/paths';
import { awaitHealthy } from '../clusterHealth';
import { runEngine } from '../engine';
import { labCluster, NODES, withFreshNodes, withStack, writeConfig, type Stack } from '../labs';
import { runMeasured } from '../processTree';
import { median } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome } from '../types';
import { atMost, type Row } from '../verdict';

const LAB = 3;
const REPOSITORY = 'repo';

export const noop: Measurement = {
  name: 'noop',
  title: '`up` with nothing to change on three nodes, against `repmgr cluster show` on each over ssh',
  needsLab: true,
  run: measure,
};

function measure(context: BenchContext): Promise<Outcome> {
  return withFreshNodes(context, LAB, (lab) => measureIn(context, lab), [...NODES, REPOSITORY]);
}

async function measureIn(context: BenchContext, lab: Lab): Promise<Outcome> {
  const cluster = labCluster(lab.manifest());
  const nodes = cluster.nodes?.filter(({ name }) => name !== REPOSITORY);
  return withStack({ ...cluster, nodes }, async (stack) => {
    context.say('noop: standing the cluster up');
    await runEngine({ verb: 'up', stack });
    await awaitHealthy(lab, 60_000);
    const bare = await inTurns(context, lab, stack, 'without backups');
    writeConfig(stack, { ...cluster, backup: { repository: REPOSITORY, path: '/kbrepo/kbbr_repo' } });
    context.say('noop: adding repository and first full backup');
    await runEngine({ verb: 'up', stack });
    const withBackups = await inTurns(context, lab, stack, 'with backups');
    const row = (name: string, { ours, reference }: Turns): Row => ({
      ...{ name, unit: 's' as const, limits: [atMost(4)] },
      ...{ ours: median(ours), reference: median(reference) },
    });
    return {
      rows: [row('up without changes', bare), row('the same with backups and their host', withBackups)],
      series: [
        { name: 'ours', unit: 's', values: bare.ours },
        { name: 'repmgr cluster show', unit: 's', values: bare.reference },
        { name: 'ours, with backups', unit: 's', values: withBackups.ours },
        { name: 'repmgr cluster show, beside those', unit: 's', values: withBackups.reference },
      ],
      notes: ['the three `cluster show` run side by side, each over an ssh connection of its own'],
    };
  });
}

interface Turns {
  readonly ours: readonly number[];
  readonly reference: readonly number[];
}

async function inTurns(context: BenchContext, lab: Lab, stack: Stack, what: string): Promise<Turns> {
  const ours: number[] = [];
  const reference: number[] = [];
  for (let run = 0; run < runsOf(context, 7); run += 1) {
    const up = await runEngine({ verb: 'up', stack });
    requireNoChange(up.stdout + up.stderr);
    ours.push(up.seconds);
    reference.push(await showEverywhere(lab));
    const shown = reference.at(-1)?.toFixed(2);
    context.say(`noop ${run + 1}, ${what}: ours ${up.seconds.toFixed(2)} s, cluster show ${shown} s`);
  }
  return { ours, reference };
}

/** A run that changed something measures something else. */
function requireNoChange(output: string): void {
  const changed = /\b(\d+) (?:created|updated|replaced|deleted|to create|to update|to replace|to delete)\b/.exec(
    output,
  );
  if (changed !== null && changed[1] !== '0') throw new Error(`up changed something (${changed[0]}):\n${output}`);
}

async function showEverywhere(lab: Lab): Promise<number> {
  const manifest = lab.manifest();
  const begun = process.hrtime.bigint();
  const runs = await Promise.all(
    manifest.nodes
      .filter(({ name }) => name !== REPOSITORY)
      .map(({ host }) =>
        runMeasured('ssh', [
          ...['-q', '-i', manifest.privateKeyFile, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
          ...['-o', `UserKnownHostsFile=${labPaths(manifest.name).knownHosts}`, '-o', 'StrictHostKeyChecking=yes'],
          `${manifest.user}@${host}`,
          `sudo -n runuser -u kingbase -- env HOME=/home/kingbase ${manifest.prefix}/bin/repmgr cluster show`,
        ]),
      ),
  );
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const failed = runs.find(({ code }) => code !== 0);
  if (failed !== undefined) throw new Error(`repmgr cluster show failed: ${failed.stdout}${failed.stderr}`);
  return seconds;
}
