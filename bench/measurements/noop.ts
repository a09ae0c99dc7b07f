// `up` with nothing to change, against the least one can ask a cluster by hand: `repmgr cluster show` on each node over ssh.
import type { Lab } from '../../lab/lab';
import { labPaths } from '../../lab/paths';
import { awaitHealthy } from '../clusterHealth';
import { runEngine } from '../engine';
import { labCluster, withFreshNodes, withStack } from '../labs';
import { runMeasured } from '../processTree';
import { median } from '../statistics';
import { runsOf, type BenchContext, type Measurement, type Outcome } from '../types';
import { atMost } from '../verdict';

const LAB = 3;

export const noop: Measurement = {
  name: 'noop',
  title: '`up` with nothing to change on three nodes, against `repmgr cluster show` on each over ssh',
  needsLab: true,
  run: measure,
};

function measure(context: BenchContext): Promise<Outcome> {
  return withFreshNodes(context, LAB, (lab) =>
    withStack(labCluster(lab.manifest()), async (stack) => {
      context.say('noop: standing the cluster up');
      await runEngine({ verb: 'up', stack });
      await awaitHealthy(lab, 60_000);
      const ours: number[] = [];
      const reference: number[] = [];
      for (let run = 0; run < runsOf(context, 7); run += 1) {
        const up = await runEngine({ verb: 'up', stack });
        requireNoChange(up.stdout + up.stderr);
        ours.push(up.seconds);
        reference.push(await showEverywhere(lab));
        context.say(`noop ${run + 1}: ours ${up.seconds.toFixed(2)} s, cluster show ${reference.at(-1)?.toFixed(2)} s`);
      }
      const row = { name: 'up without changes', unit: 's' as const, limits: [atMost(4)] };
      return {
        rows: [{ ...row, ours: median(ours), reference: median(reference) }],
        series: [
          { name: 'ours', unit: 's', values: ours },
          { name: 'repmgr cluster show', unit: 's', values: reference },
        ],
        notes: ['the three `cluster show` run side by side, each over an ssh connection of its own'],
      };
    }),
  );
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
    manifest.nodes.map(({ host }) =>
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
