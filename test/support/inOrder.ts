// In which order test files run: a worker that is free takes the next one, so the long ones come first and the ends meet.
import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Scenarios that take over a minute, the longest first; one that uses the witness lab is far from the other two. */
const FIRST = [
  'firstUp',
  'witnessForm',
  'kwdbBackups',
  'kwdbCopies',
  'kwdbLevels',
  'addRemove',
  'backupFaults',
  'secondRepository',
  'drift',
  'parameters',
  'destroy',
  'wipedData',
  'crontabDrift',
  'killedFirstFull',
  'killedUp',
  'recloneStandby',
  'rejoinRefused',
  'rejoinRewind',
  'restoreDropped',
  'restoreEmptied',
  'restoreRepositoryDown',
  'restoreAside',
  'restoreRefuses',
  'secrets',
  'drillNotices',
  'wrongInput',
  'twoOperators',
  'wholeClusterOff',
  'gatewayLost',
  'partitionPrimary',
  'partitionFenced',
  'nodeOff',
  'diagnoseCluster',
  'twoLabs',
];

export class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // By project, as the runner sorts them; then by name, so that every run has the same order.
    const projects = (await super.sort(files)).map(({ project }) => project.name);
    const order = [...new Set(projects)];
    const rank = (file: TestSpecification): readonly number[] => [
      file.project.config.sequence.groupOrder,
      order.indexOf(file.project.name),
      ['lab', 'scenarios'].includes(file.project.name) ? scenarioRank(file.moduleId) : 0,
    ];
    return [...files].sort((a, b) => {
      const [ofA, ofB] = [rank(a), rank(b)];
      const at = ofA.findIndex((value, index) => value !== ofB[index]);
      return at < 0 ? a.moduleId.localeCompare(b.moduleId) : (ofA[at] ?? 0) - (ofB[at] ?? 0);
    });
  }
}

function scenarioRank(path: string): number {
  const rank = FIRST.indexOf(basename(path, '.test.ts'));
  return rank < 0 ? FIRST.length : rank;
}
