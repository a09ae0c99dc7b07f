// An account of one’s own leaves a trace of who did it.
import { defineRule } from '../../types';

export const refuseRootLogin = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-refuse-root-login',
  title: 'The deployment logs in as a user of its own',
  group: 'security',
  level: 'advisory',
  severity: 'low',
  restsOn: 'declared',
  protectsFrom: 'Nobody can tell afterwards who was root.',
  evidence: 'common practice; the vendor’s trust_cluster.sh opens root to root',
  hint: 'Set connection.user to a user with password-free sudo.',
  judge: (spec) => {
    const users: readonly (readonly [string, string | undefined])[] = [
      ['connection.user', spec.connection.user],
      ...spec.nodes.map((node, index) => [`nodes[${index}].user`, node.connection?.user] as const),
    ];
    return users.flatMap(([path, user]) => (user === 'root' ? [{ path, message: 'is root' }] : []));
  },
});
