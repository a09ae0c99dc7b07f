/** crashRestart: a node that crashed is started with its write-ahead log kept first, and what the start threw away is told. */
import { checkRequestId } from '../../drill/request';
import type { Finding } from '../../finding';
import { inputWords } from '../../action/checkInputs';
import { KWDB_ACTION } from '../render/paths';

export interface CrashRestartRequest {
  /** Executed once for each id. */
  readonly requestId: string;
  /** Name of the node. */
  readonly node: string;
  /** Request id of an earlier crashRestart of this node, whose kept log is put back; refused where rows were written since. */
  readonly putBack?: string;
}

export function checkCrashRestart({ requestId, putBack }: CrashRestartRequest, path: string): readonly Finding[] {
  return [
    ...checkRequestId(requestId, `${path}.requestId`),
    ...(putBack === undefined ? [] : checkRequestId(putBack, `${path}.putBack`)),
    ...(putBack !== undefined && putBack === requestId
      ? [
          {
            code: 'kwdb/wrong-action',
            path: `${path}.putBack`,
            message: 'is this very request',
            hint: 'Give the id of the one that kept the log.',
          },
        ]
      : []),
  ];
}

export function crashRestartWords({ requestId, node, putBack }: CrashRestartRequest): readonly string[] {
  const inputs = { node, ...(putBack === undefined ? {} : { putBack }) };
  return [KWDB_ACTION, '--follow', requestId, 'crashRestart', ...inputWords(inputs)];
}

export function describeCrashRestart({ node, putBack }: CrashRestartRequest): string {
  return [
    `STOPS the server on ${node}`,
    'copies its write-ahead log aside, links followed, and proves the copy',
    ...(putBack === undefined
      ? []
      : [`PUTS BACK the log that request ${putBack} kept, where nothing was written since`]),
    'starts it, looks for a log that the start threw away, counts rows against the last good run of the backup, asserts the level',
  ].join('; ');
}
