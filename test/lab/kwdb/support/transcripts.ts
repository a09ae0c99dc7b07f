// The recorded run of a real KWDB (V3.2.1, July 2026) and what is taken out of an answer before it is compared: this list, nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Answer } from './standIn';

export const FIXTURES = join(__dirname, '..', '..', '..', 'fixtures', 'kwdb');

export interface Recorded extends Answer {
  readonly group: string;
  readonly statement: string;
}

export function readTranscripts(): readonly Recorded[] {
  return readFileSync(join(FIXTURES, 'transcripts.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
}

export interface Place {
  /** Root of nodelocal on the node: a path in one error text. */
  readonly extern: string;
  /** Folder of the run below it. The recording's is fx. */
  readonly folder: string;
}

export const RECORDED_PLACE: Place = { extern: '/var/lib/kaiwudb/extern', folder: 'fx' };

/** A job's id is made from the clock; where the store lies and which folder a run writes to is up to whoever runs it. */
export const NORMALISED: readonly { readonly what: string; apply(text: string, place: Place): string }[] = [
  { what: 'job ids', apply: (text) => text.replace(/^\d{15,}(?=\t)/gm, '<job id>') },
  { what: 'root of nodelocal', apply: (text, place) => text.replaceAll(`${place.extern}/`, '<extern>/') },
  {
    what: 'folder of the run',
    apply: (text, place) =>
      text
        .replaceAll(`nodelocal://1/${place.folder}/`, 'nodelocal://1/<run>/')
        .replaceAll(`<extern>/${place.folder}/`, '<extern>/<run>/')
        // The marker under a syntax error stands below the statement, whose length depends on the folder.
        .replace(/^ +\^$/gm, (line) => `${' '.repeat(line.length - 1 - place.folder.length + '<run>'.length)}^`),
  },
];

export function normalise(answer: Answer, place: Place): Answer {
  const apply = (text: string): string => NORMALISED.reduce((left, each) => each.apply(left, place), text);
  return { exit: answer.exit, stdout: apply(answer.stdout), stderr: apply(answer.stderr) };
}

export function statementFor(recorded: Recorded, place: Place): string {
  return recorded.statement.replace(/nodelocal:\/\/(\d+)\/fx\//g, `nodelocal://$1/${place.folder}/`);
}

/** Relative path -> text of every file below a directory. */
export function filesBelow(directory: string): Readonly<Record<string, string>> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(directory, path), readFileSync(path, 'utf8')]));
}
