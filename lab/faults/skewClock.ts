// A wrong clock: libfaketime preloaded into every ssh session and every command run through sudo. Not into sshd itself,
// whose sandbox kills it, nor into what cron starts: under this library Python cannot sleep (clock_nanosleep fails).
// The clock of the machine is everybody's and is never set; what runs already keeps the right time. A restart returns when sshd listens
// (a reload does not), and leaves open sessions alone.
import { nodeOf, wholeNumber, type Fault, type FaultCall } from './fault';

const APPLY = `
library=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 | head -n 1)
offset=$(printf '%+ds' "$ahead")
# The time of day only: a shifted monotonic clock breaks every timed wait.
printf 'SetEnv LD_PRELOAD=%s FAKETIME=%s FAKETIME_DONT_FAKE_MONOTONIC=1\\n' "$library" "$offset" >/etc/ssh/sshd_config.d/lab-clock.conf
printf 'LD_PRELOAD=%s\\nFAKETIME=%s\\nFAKETIME_DONT_FAKE_MONOTONIC=1\\n' "$library" "$offset" >/etc/lab-clock.env
printf 'Defaults env_file=/etc/lab-clock.env\\n' >/etc/sudoers.d/lab-clock
systemctl restart ssh.service
`;
const UNDO = `
rm -f /etc/ssh/sshd_config.d/lab-clock.conf /etc/lab-clock.env /etc/sudoers.d/lab-clock
systemctl restart ssh.service
`;

export const skewClock: Fault = {
  name: 'skew-clock',
  description: 'ssh sessions of a node see another time: --seconds 120 (default; may be negative)',
  target: 'node',
  kind: 'lasting',
  options: { seconds: 'how far ahead' },
  check: (call) => void skew(call),
  async apply(call) {
    const node = nodeOf(call);
    const seconds = skew(call);
    await node.script(`ahead=${seconds}\n${APPLY}`, { label: 'skew the clock' });
    return `the clock of ${node.name} is ${seconds} s ahead in ssh sessions that begin from now on`;
  },
  async undo(call) {
    const node = nodeOf(call);
    if (!node.isRunning()) await node.powerOn();
    await node.script(UNDO, { label: 'put the clock right' });
    return `${node.name} has the right time again; a session that is open keeps the wrong one`;
  },
};

function skew(call: FaultCall): number {
  return wholeNumber(call, 'seconds', 120, -1_000_000_000);
}
