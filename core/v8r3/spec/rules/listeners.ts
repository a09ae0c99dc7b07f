// One port, one listener.
import type { Finding } from '../../../finding';
import type { V8r3Rule } from './rule';

export const listeners: V8r3Rule = ({ pool, database, connection, nodes }) => {
  const ssh = [connection.port, ...nodes.flatMap((node) => node.connection?.port ?? [])];
  const ports: readonly (readonly [string, number])[] = [
    ['database.port', database.port],
    ['pool.port', pool.port],
    ['pool.pcpPort', pool.pcpPort],
    ['pool.watchdogPort', pool.watchdogPort],
    ['pool.heartbeatPort', pool.heartbeatPort],
  ];
  return ports.flatMap(([path, port], index): Finding[] => {
    const before = ports.slice(0, index).find(([, other]) => other === port);
    const what = before?.[0] ?? (ssh.includes(port) ? 'the port of ssh' : undefined);
    return what === undefined
      ? []
      : [
          {
            code: 'spec/port-collision',
            path,
            message: `${port} is also ${what}`,
            hint: 'choose another port; the vendor’s are 54321, 9999, 9898, 9000 and 9694.',
          },
        ];
  });
};
