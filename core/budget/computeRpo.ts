// Which acknowledged writes a failure can take away.
import type { ClusterSpec } from '../spec/types';
import { FAILURES } from './computeRto';
import type { FailureKind, RpoEntry } from './types';

/** One failure at a time: with synchronous replication the standby that confirmed a write also has it when it is elected. */
export function computeRpo(spec: ClusterSpec): RpoEntry[] {
  const standbys = spec.nodes.filter((node) => node.role === 'database').length - 1;
  const entries = FAILURES.map((failure) => (standbys === 0 ? alone(spec, failure) : replicated(spec, failure)));
  return [
    ...entries,
    {
      failure: 'allNodesLost',
      loss: lossOfAll(spec),
      why: archived(spec),
    },
  ];
}

function lossOfAll({ backup }: ClusterSpec): RpoEntry['loss'] {
  return backup?.placement === 'external' ? 'unarchived' : 'sinceBackup';
}

/** What of a lost cluster lies elsewhere. */
function archived({ archive, backup }: ClusterSpec): string {
  if (backup === undefined) return `${ARCHIVES[archive.to]}; no backups are declared`;
  if (backup.placement === 'external') return 'the repository has every WAL segment that was finished and archived';
  return 'the repository lies on a database node: what is lost with it is lost';
}

const ARCHIVES = {
  repository: 'WAL goes to a repository',
  discard: 'WAL is thrown away (archive.to is discard)',
  directory: 'the archive lies on the same nodes (archive.to is directory)',
  command: 'what archive.command brought elsewhere remains',
} as const;

function alone(spec: ClusterSpec, failure: FailureKind): RpoEntry {
  if (failure === 'databaseKilled') {
    return { failure, loss: 'none', why: 'the server replays its own WAL when it is started again' };
  }
  if (failure === 'primaryPartitioned')
    return { failure, loss: 'none', why: 'nobody takes over; it is only out of reach' };
  return {
    failure,
    loss: lossOfAll(spec),
    why: `no standby has a copy, should the host not come back; ${archived(spec)}`,
  };
}

function replicated(spec: ClusterSpec, failure: FailureKind): RpoEntry {
  const waits = spec.replication.synchronous !== 'async';
  if (failure === 'primaryPartitioned') {
    const why = waits
      ? 'what the isolated primary acknowledged alone: see the exposure'
      : 'what it had not yet sent, and all it acknowledged after the cut';
    return { failure, loss: 'exposure', why };
  }
  const why = waits
    ? `a standby has confirmed each write (${spec.replication.synchronous}) while one was connected`
    : 'what no standby had received yet';
  return { failure, loss: waits ? 'none' : 'lag', why };
}
