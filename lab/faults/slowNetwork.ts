// A thin or far line. The delay needs the kernel's netem; without it, a rate is all there is, and we say so.
import { KingbaseError } from '../../core/finding';
import { existsSync } from 'node:fs';
import { run } from '../run';
import { nodeOf, type Fault } from './fault';

export const slowNetwork: Fault = {
  name: 'slow-network',
  description: 'slow down what reaches a node: --rate 1mbit (default), or --delay 200ms',
  target: 'node',
  kind: 'lasting',
  options: {
    rate: 'bits per second as tc(8) writes them',
    delay: 'time as tc(8) writes it; needs the kernel module sch_netem',
  },
  async apply(call) {
    const node = nodeOf(call);
    const { veth } = node.info();
    const { delay, rate } = call.options;
    const words = delay === undefined ? rateWords(rate ?? '1mbit') : ['netem', 'delay', delay];
    const set = await run('tc', ['qdisc', 'replace', 'dev', veth, 'root', ...words], { anyExit: true });
    if (set.code !== 0) {
      throw new KingbaseError({
        code: 'lab/no-qdisc',
        path: node.name,
        message: `the kernel of this machine cannot do it: tc qdisc ${words.join(' ')}: ${set.stderr.trim()}`,
        hint:
          delay === undefined
            ? 'It needs the kernel module sch_tbf.'
            : 'A delay needs the kernel module sch_netem; use --rate instead.',
      });
    }
    return `packets to ${node.name} are slowed: ${words.join(' ')}`;
  },
  async undo(call) {
    const node = nodeOf(call);
    const { veth } = node.info();
    if (existsSync(`/sys/class/net/${veth}`))
      await run('tc', ['qdisc', 'delete', 'dev', veth, 'root'], { anyExit: true });
    return `packets to ${node.name} flow freely`;
  },
};

function rateWords(rate: string): readonly string[] {
  return ['tbf', 'rate', rate, 'burst', '32kbit', 'latency', '400ms'];
}
