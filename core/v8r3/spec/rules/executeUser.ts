// Trust is set up for two accounts, the owner of the databases and root: the pool runs as one of them.
import type { V8r3Rule } from './rule';

export const executeUser: V8r3Rule = ({ pool, os }) =>
  pool.executeUser === 'root' || pool.executeUser === os.user
    ? []
    : [
        {
          code: 'v8r3/execute-user',
          path: 'pool.executeUser',
          message: `${JSON.stringify(pool.executeUser)} is neither root nor ${os.user}`,
          hint: 'leave it out: kingbasecluster takes and drops an address, which root may; ssh between the nodes is set up for these two accounts only.',
        },
      ];
