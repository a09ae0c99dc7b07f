// Makes the primary of a bench lab fail once, under a writing client, and brings everything back.
import type { FailureKind } from '../core/budget/types';
import { applyFault, undoFault } from '../lab/faults';
import { Writer } from '../lab/history/writer';
import type { Lab } from '../lab/lab';
import { sleep } from '../lab/run';
import { awaitHealthy } from './clusterHealth';
import { PASSWORDS } from './labs';
import { findOutage, type Outage } from './outage';

/** The old primary boots, rewinds and catches up within this, or the run is a failure in itself. */
const RECOVERY_TIMEOUT_MS = 300_000;
/** After all is healthy: every repmgrd has looked at its upstream a few times. */
const SETTLE_MS = 5_000;
/** Writes that go well before the fault, and go on after it. */
const CALM_MS = 1_500;

export interface Disaster {
  readonly name: string;
  readonly fault: 'kill-database' | 'power-cut';
  readonly failure: FailureKind;
  readonly lasting: boolean;
}

export const DISASTERS: readonly Disaster[] = [
  { name: 'kill', fault: 'kill-database', failure: 'databaseKilled', lasting: false },
  { name: 'power cut', fault: 'power-cut', failure: 'hostPoweredOff', lasting: true },
];

export interface Crash {
  readonly seconds: number;
  readonly from: string;
  readonly to: string;
  readonly failedAttempts: number;
  /** Until the old primary was back as a standby and everything was healthy. */
  readonly recoveredAfterSeconds: number;
}

export async function crashOnce(lab: Lab, disaster: Disaster): Promise<Crash> {
  const from = await awaitHealthy(lab, RECOVERY_TIMEOUT_MS);
  await sleep(SETTLE_MS);
  const [host = ''] = lab.manifest().virtualIp.split('/');
  const target = { host, port: 54321, user: 'system', password: PASSWORDS.system, database: 'test' };
  const writer = new Writer(target, { table: 'bench_history' });
  await writer.prepare();
  writer.start();
  let outage: Outage | undefined;
  const begun = Date.now();
  try {
    await sleep(CALM_MS);
    if (writer.acked.length === 0) throw new Error(`no write goes through ${host} before the fault`);
    await applyFault(lab, disaster.fault, from);
    const first = await writer.firstAckAfter(Date.now(), RECOVERY_TIMEOUT_MS);
    if (first === undefined)
      throw new Error(`${disaster.name} of ${from}: no write through ${host} within ${RECOVERY_TIMEOUT_MS / 1000} s`);
    // The old primary may still acknowledge in the moment of its end: the gap must lie behind us, not before us.
    outage = await awaitOutage(writer, begun);
  } finally {
    await writer.stop();
    if (disaster.lasting) await undoFault(lab, disaster.fault, from);
  }
  const to = await awaitHealthy(lab, RECOVERY_TIMEOUT_MS);
  if (to === from) throw new Error(`${disaster.name} of ${from}: it is primary again, nothing was promoted`);
  const recoveredAfterSeconds = (Date.now() - begun - CALM_MS) / 1000;
  return { seconds: outage.seconds, from, to, failedAttempts: outage.failed, recoveredAfterSeconds };
}

async function awaitOutage(writer: Writer, since: number): Promise<Outage> {
  const deadline = Date.now() + RECOVERY_TIMEOUT_MS;
  for (;;) {
    await sleep(CALM_MS);
    const found = findOutage(writer.attempts, since);
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('writing was never interrupted, or never went on');
  }
}
