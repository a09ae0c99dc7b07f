/** Which of several stopped nodes may be started as primary: only the one that provably holds everything the others hold. */
import type { Finding } from '../finding';
import { highestLsn, parseLsn } from '../observe/lsn';
import type { ControlData } from '../observe/types';
import { isFormerPrimary, type SeenDatabase } from './clusterView';

export type LastPrimary =
  { readonly kind: 'found'; readonly node: SeenDatabase } | { readonly kind: 'uncertain'; readonly finding: Finding };

/** `nodes`: every database node with data of this system; none of them runs. */
export function findLastPrimary(nodes: readonly SeenDatabase[]): LastPrimary {
  const candidates = nodes.filter((node) => isFormerPrimary(node.observation));
  const [candidate, second] = candidates;
  if (candidate === undefined) {
    return uncertain('every node with data is marked as a standby (standby.signal), none was primary', nodes);
  }
  if (second !== undefined) {
    const names = candidates.map((node) => node.name).join(' and ');
    return uncertain(`${names} were both primary when they last ran`, nodes);
  }
  const own = candidate.observation.control;
  const ahead = nodes.filter((node) => node !== candidate && isAhead(node.observation.control, own));
  return ahead.length === 0
    ? { kind: 'found', node: candidate }
    : uncertain(
        `${ahead.map((node) => node.name).join(' and ')} holds newer data than ${candidate.name}, or its position cannot be read`,
        nodes,
      );
}

/** True also where it cannot be told. */
function isAhead(other: ControlData | undefined, own: ControlData | undefined): boolean {
  if (other === undefined || own === undefined || other.timeline > own.timeline) {
    return true;
  }
  if (other.timeline < own.timeline) {
    return false;
  }
  const positions = positionsOf(other);
  const reached = highestLsn(positions);
  const limit = parseLsn(own.checkpointLsn);
  // A position that cannot be read may be any position: it must not speak for starting the other one.
  if (reached === undefined || limit === undefined || positions.some((text) => parseLsn(text) === undefined)) {
    return true;
  }
  // A primary that was shut down has its last record at the checkpoint; one that crashed has more, which only raises its side.
  return own.state === 'shut down' && reached > limit + CHECKPOINT_RECORD_BYTES;
}

function positionsOf({ checkpointLsn, minRecoveryLsn }: ControlData): string[] {
  return [checkpointLsn, ...(minRecoveryLsn === undefined ? [] : [minRecoveryLsn])];
}

/** A standby that received the shutdown checkpoint ends just behind its record. */
const CHECKPOINT_RECORD_BYTES = 512n;

function uncertain(message: string, nodes: readonly SeenDatabase[]): LastPrimary {
  const states = nodes
    .map(({ name, observation }) => {
      const control = observation.control;
      return `${name}: ${control?.state ?? 'unreadable'}, timeline ${control?.timeline ?? '?'}, checkpoint ${control?.checkpointLsn ?? '?'}${observation.data.standbySignal ? ', standby.signal' : ''}`;
    })
    .join('\n  ');
  return {
    kind: 'uncertain',
    finding: {
      code: 'cluster/primary-uncertain',
      message: `no database runs, and which node should be primary is not certain: ${message}\n  ${states}`,
      hint: 'Decide which node holds the newest data and start it yourself (sys_ctl start, or a recovery action); then run again. Nothing was changed.',
    },
  };
}
