/** The command that runs a record on its node: constant for a request, because a reworded command would run again. */
import { ACTION } from '../render/actionFiles';
import { inputWords } from './checkInputs';
import type { ActionInputs, ActionKind } from './kinds/types';

export interface ActionRequest {
  readonly requestId: string;
  readonly inputs: ActionInputs;
  /** What a dry run printed, where the kind asks for it. */
  readonly confirm?: string;
}

/** --follow, --dry-run or --poll COUNT before the words of the request. */
export function actionWords(
  kind: ActionKind,
  { requestId, inputs, confirm }: ActionRequest,
  mode: readonly string[] = ['--follow'],
): readonly string[] {
  if (kind.command !== undefined) return kind.command(requestId, inputs);
  const confirmed = confirm === undefined ? inputs : { ...inputs, confirm };
  return [ACTION, ...mode, requestId, kind.kind, ...inputWords(confirmed)];
}

/** Each word quoted: they were checked, and hold no quote. */
export function actionOneLiner(user: string, words: readonly string[]): string {
  const [program = '', ...rest] = words;
  const quoted = rest.map((word) => (word.startsWith('--') && !/[= ]/.test(word) ? word : `'${word}'`));
  return [...(user === 'root' ? [] : ['sudo', '-n']), program, ...quoted].join(' ');
}
