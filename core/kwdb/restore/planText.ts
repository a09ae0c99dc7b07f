/** A plan as it travels to the node: a line per step, each word in base64, so that no name and no statement can be anything else there. */
import type { RestoreStep } from './planRestore';

export function formatPlan(steps: readonly RestoreStep[]): string {
  return steps.map((step) => `${[step.op, ...wordsOf(step).map(encode)].join(' ')}\n`).join('');
}

/** In the order in which kwdbRestore.sh reads them. */
function wordsOf(step: RestoreStep): readonly string[] {
  switch (step.op) {
    case 'keep':
      return [step.subject];
    case 'stage':
      return [step.from, step.to];
    case 'write':
      return [step.to, step.text];
    case 'sql':
      return [step.name, step.database, step.statement, step.expect];
    case 'count':
      return [step.name, step.statement, String(step.rows)];
    case 'view':
      return [step.name, step.database, step.statement];
    case 'leave':
      return [step.name, step.reason];
    default:
      return [];
  }
}

function encode(text: string): string {
  return text === ''
    ? '-'
    : btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** The inverse: op and words of each line. */
export function parsePlan(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [op = '', ...words] = line.split(' ');
      return [op, ...words.map(decode)];
    });
}

function decode(word: string): string {
  return word === '-' ? '' : new TextDecoder().decode(Uint8Array.from(atob(word), (sign) => sign.charCodeAt(0)));
}
