// Nobody starts, stops or promotes anything by itself: the cron line of kbha commented out, kbha and repmgrd ended. And back.
import type { Lab } from '../../../lab/lab';
import { LIBRARY_DIRECTORY } from '../../../core/topology/planPaths';

const STILL = `
${LIBRARY_DIRECTORY}/automation.sh pause >/dev/null
pkill -u kingbase -x kbha || true
pkill -u kingbase -x hamgr-companion || true
pkill -u kingbase -x repmgrd || true
`;

const databases = (lab: Lab): ReturnType<Lab['nodes']> =>
  lab.nodes().filter((node) => node.info().role === 'database' && node.isRunning());

export async function stillWatchers(lab: Lab): Promise<void> {
  await Promise.all(databases(lab).map((node) => node.script(STILL, { label: 'no automation' })));
}

/** kbha at once, not with the next minute of cron; it starts repmgrd. */
export async function wakeWatchers(lab: Lab): Promise<void> {
  const { prefix } = lab.manifest();
  await Promise.all(
    databases(lab).map(async (node) => {
      await node.script(`${LIBRARY_DIRECTORY}/automation.sh resume >/dev/null`, { label: 'automation' });
      await node.script(
        `cd /; ${prefix}/bin/kbha -A daemon -f ${prefix}/etc/repmgr.conf >>${prefix}/log/kbha.log 2>&1 </dev/null || true`,
        { as: 'kingbase', label: 'start kbha' },
      );
    }),
  );
}
