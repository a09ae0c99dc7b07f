/** Moments of a node whose clock was wrong, put right by what the user says. */
import type { LogEvent, SourceReport } from '../types';

export function shiftReport(report: SourceReport, seconds: number): SourceReport {
  if (seconds === 0) return report;
  const by = (at: number | null): number | null => (at === null ? null : at + seconds * 1000);
  const events = (all: readonly LogEvent[]): readonly LogEvent[] =>
    all.map((event) => ({ ...event, at: by(event.at) }));
  const span = <T extends { readonly firstAt: number | null; readonly lastAt: number | null }>(one: T): T => ({
    ...one,
    ...{ firstAt: by(one.firstAt), lastAt: by(one.lastAt) },
  });
  return {
    ...span(report),
    files: report.files.map(span),
    episodes: report.episodes.map((one) => ({ ...span(one), events: events(one.events) })),
    scripts: report.scripts.map((one) => ({ ...one, events: events(one.events) })),
    recoveries: report.recoveries.map((one) => ({
      ...one,
      beginAt: by(one.beginAt),
      lastAt: by(one.lastAt),
      events: events(one.events),
    })),
    background: events(report.background),
  };
}
