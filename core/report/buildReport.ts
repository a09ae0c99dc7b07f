/** Records -> what the report says. Nothing is concluded that a record does not hold: what is missing is named as missing. */
import type { ActionRecord } from '../action/record';
import type { DrillRecord } from '../backup/observation';
import { compareMeasures } from './compareMeasures';
import { momentsOf, notRecorded, phasesOf } from './moments';
import { momentMs, numberOf, pairsOf, textOf } from './recordValues';
import { topologyOf } from './topology';
import type { DrillEntry, Entry, Incident, Outcome, Report, ReportSource } from './types';

const OUTCOMES: readonly Outcome[] = ['succeeded', 'failed', 'running', 'interrupted', 'refused'];

export function buildReport(source: ReportSource): Report {
  const { cluster, at, nodes, unread, budget } = source;
  const incidents = inOrder(source.actions.map((record, index) => incidentOf(record, index, source)));
  const drills = inOrder(source.drills.map((record, index) => drillOf(record, index)));
  const entries = inOrder([...incidents, ...drills]).map(({ entry }) => entry);
  return {
    ...{ cluster, at, nodes, unread, budget, entries, incidents, drills },
    comparisons: compareMeasures(source, incidents, drills),
  };
}

function inOrder<T extends { readonly entry: Entry }>(all: readonly T[]): readonly T[] {
  return [...all].sort((a, b) => (a.entry.startMs ?? 0) - (b.entry.startMs ?? 0));
}

function incidentOf(record: ActionRecord, index: number, source: ReportSource): Incident {
  const startMs = momentMs(record.startedAt);
  const reason = textOf(record.reason);
  const entry: Entry = {
    anchor: `action-${index + 1}`,
    id: record.requestId,
    kind: record.kind,
    node: record.node,
    // A state that nobody knows is no success.
    outcome: OUTCOMES.includes(record.state) ? record.state : 'interrupted',
    startedAt: textOf(record.startedAt) ?? '',
    startMs,
    seconds: numberOf(record.seconds),
    reasons: reason === null ? [] : [reason],
  };
  const moments = momentsOf(record);
  return {
    entry,
    inputs: pairsOf(record.inputs),
    moments,
    notRecorded: notRecorded(record.kind, moments),
    phases: phasesOf(record, startMs),
    topology: topologyOf(record, source.nodes),
    results: pairsOf(record.result),
  };
}

function drillOf(record: DrillRecord, index: number): DrillEntry {
  const [startMs, endMs] = [momentMs(record.startedAt), momentMs(record.finishedAt)];
  return {
    record,
    entry: {
      anchor: `drill-${index + 1}`,
      id: record.id,
      kind: 'drill',
      node: null,
      outcome: record.verdict === 'passed' ? 'succeeded' : 'failed',
      startedAt: record.startedAt,
      startMs,
      seconds: startMs === null || endMs === null ? null : (endMs - startMs) / 1000,
      reasons: record.reasons,
    },
  };
}
