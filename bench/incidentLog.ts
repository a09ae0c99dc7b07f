// A cluster.log of any size out of a captured one, with the noise that -d prints: the lines of one failover, again and again, an hour apart.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Debug lines to each other line: 6,173 were seen in three minutes, beside some 400 others. */
const DEBUG_TO_OTHERS = 15;

const NOISE = [
  'DEBUG:  I am 145 accept fd 6',
  'DEBUG:  watchdog heartbeat: send heartbeat signal to 192.168.1.101:9694',
  'DEBUG:  received heartbeat signal from "192.168.1.101:9999" node:Linux node101',
  'DEBUG:  pool_read: read 14 bytes from backend 1',
  'DEBUG:  watchdog trying to ping host "192.168.1.1"',
  'DEBUG:  health check: clearing alarm',
  'DEBUG:  SSL is requested but SSL support is not available',
  'DEBUG:  do_query: extended:0 query:"SELECT sys_catalog.sys_is_in_recovery()"',
];

export function writeClusterLog(source: string, file: string, bytes: number): void {
  const lines = readFileSync(source, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const handle = openSync(file, 'w');
  try {
    for (let written = 0, round = 0; written < bytes; round += 1) {
      const text = oneRound(lines, round);
      writeSync(handle, text);
      written += Buffer.byteLength(text);
    }
  } finally {
    closeSync(handle);
  }
}

function oneRound(lines: readonly string[], round: number): string {
  const out: string[] = [];
  for (const [index, line] of lines.entries()) {
    const moved = line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, (stamp) => later(stamp, round));
    out.push(moved);
    const stamp = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(moved)?.[0];
    for (let n = 0; stamp !== undefined && n < DEBUG_TO_OTHERS; n += 1) {
      out.push(`${stamp}: pid ${136 + (n % 9)}: ${NOISE[(index + n) % NOISE.length]}`);
    }
    if (index % 20 === 0) out.push('\tping: 3 packets transmitted, 3 received, 0% packet loss, time 2003ms');
  }
  return `${out.join('\n')}\n`;
}

function later(stamp: string, hours: number): string {
  const at = Date.parse(`${stamp.replace(' ', 'T')}Z`) + hours * 3_600_000;
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
