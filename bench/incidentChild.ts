// One run of the `incident` measurement, in a process of its own: prints what it found and what it took.
import { analyze } from '../core/incident/analyze';
import { findLogs } from '../remote/incident/findLogs';
import { readLogs } from '../remote/incident/readLogs';

async function main(): Promise<void> {
  const begun = process.hrtime.bigint();
  const found = findLogs([{ path: process.argv[2] ?? '', node: null }]);
  const { reports } = await readLogs(found.logs);
  const around = { poolConf: null, haConf: null, timeZone: null, skew: {}, unread: [] };
  const { incidents, omitted, files } = analyze({ reports, ...around });
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  process.stdout.write(JSON.stringify({ seconds, peakMiB, lines, incidents: incidents.length, omitted }));
}

void main();
