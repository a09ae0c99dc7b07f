// What SHOW prints is not what the engine runs: a node boots at flush whatever is persisted.
import { unproved } from '../../observedBackups';
import { defineRule, type Objection } from '../../types';

export const requireLevelInEffect = defineRule({
  subject: 'kwdbLevels',
  id: 'kingbase-kwdb-require-level-in-effect',
  title: 'The engine of every node of KWDB runs the declared level, and its log is whole',
  group: 'status',
  level: 'advisory',
  severity: 'critical',
  restsOn: 'observed',
  protectsFrom:
    'A node that was started since runs flush while SHOW CLUSTER SETTING says sync: acknowledged rows are lost in a power cut that the declaration covers. A checkpoint that never ends, or a log that could not be kept at a crash, loses rows at the next start.',
  evidence: 'U KWDB V3.2.1 run and db.cpp TSOpen: the level handed over is not used',
  hint: 'Run pulumi up, which sets the level again and looks at every engine; see pulumi-kwdb-level.service on the node for why it did not. A file of the log that is named: keep a copy of tsdb/wal before the node is started again.',
  judge: ({ cluster, observed }) => {
    if (observed === undefined) return [unproved(cluster, 'the engines have not been asked yet')];
    const silent = Object.entries(observed.nodes).flatMap(([name, seen]): Objection[] =>
      seen.reachable ? [] : [{ path: `${cluster}.${name}`, message: `its engine could not be asked: ${seen.reason}` }],
    );
    const told = [...observed.drift, ...observed.findings].map((message) => ({ path: cluster, message }));
    return [...silent, ...told];
  },
});
