/** What a tool printed when it failed → which fault that is, for the message of the resource; the plain output goes with it in any case. */
import { recogniseText } from '../../core/backup/diagnosis/recogniseText';
import type { CureStep } from '../../core/backup/diagnosis/types';
import type { BackupTarget } from '../../core/backup/types';
import type { NodeTarget } from '../../core/topology/nodeTarget';

export interface Explanation {
  /** Lines for the message; empty where no rule knows the text. */
  readonly message: string;
  /** What to do; undefined where no rule knows the text. */
  readonly cure: string | undefined;
}

/** The cause comes first; what follows from it would only distract. */
export function explain(text: string, backup: BackupTarget, target: NodeTarget): Explanation {
  const [fault] = recogniseText(text, {
    stanza: backup.stanza,
    conf: backup.conf,
    repository: backup.repositories[0]?.path ?? '',
    bin: target.bin,
    log: target.log,
    data: target.data,
    user: target.osUser,
    host: target.name,
    state: target.state,
  });
  return fault === undefined
    ? { message: '', cure: undefined }
    : { message: `\nthis is the fault ${fault.id}: ${fault.title}`, cure: fault.cure.map(describe).join('; ') };
}

function describe({ text, on, command }: CureStep): string {
  const step = text.replace(/\.$/, '');
  return command === undefined ? step : `${step}${on === undefined ? '' : ` (on ${on})`}: ${command}`;
}
