// The database of the current primary dies without a word.
import type { Fault } from './fault';
import { findPrimary } from './primary';
import { killDaemon } from './processes';

export const killPrimary: Fault = {
  name: 'kill-primary',
  description: 'kill -9 the database of whichever node is primary now',
  target: 'lab',
  kind: 'once',
  async apply({ lab }) {
    const node = await findPrimary(lab);
    const pid = await killDaemon(lab, node, 'database');
    return `killed the database (pid ${pid}) of the primary, ${node.name}`;
  },
};
