/** The meta.sql files of an export: which database or table they make, under another name, or one table out of many. */
import { KingbaseError } from '../../finding';
import { identifier } from '../statements';

const NAME = /"(?:[^"]|"")+"|[^\s;(]+/.source;
const DATABASE = new RegExp(`^CREATE (TS )?DATABASE (${NAME})`);
const TABLE = new RegExp(`^CREATE TABLE (${NAME})`);

function bare(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replace(/""/g, '"') : name;
}

/** Plain where the server itself writes it plain, so that a restore under the same name changes nothing. */
function written(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : identifier(name);
}

/** IMPORT DATABASE makes the database that the first line names; it takes no other name (facts 2: an edited copy works). */
export function renameDatabase(meta: string, name: string): string {
  if (!DATABASE.test(meta)) throw unreadable('does not begin with CREATE DATABASE or CREATE TS DATABASE');
  return meta.replace(DATABASE, (_, series: string | undefined) => `CREATE ${series ?? ''}DATABASE ${written(name)}`);
}

export function renameTable(meta: string, name: string): string {
  if (!TABLE.test(meta)) throw unreadable('does not begin with CREATE TABLE');
  return meta.replace(TABLE, () => `CREATE TABLE ${written(name)}`);
}

/** Statements with their semicolons; one inside quotes ends nothing. */
export function splitStatements(text: string): readonly string[] {
  const found: string[] = [];
  let begin = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (quote !== '') quote = sign === quote ? '' : quote;
    else if (sign === "'" || sign === '"') quote = sign;
    else if (sign === ';') {
      found.push(text.slice(begin, at + 1).trim());
      begin = at + 1;
    }
  }
  return [...found, text.slice(begin).trim()].filter((statement) => statement !== '');
}

/** Names of the tables that a meta.sql makes, in its order. */
export function tablesIn(meta: string): readonly string[] {
  return splitStatements(meta).flatMap((statement) => {
    const name = TABLE.exec(statement)?.[1];
    return name === undefined ? [] : [bare(name)];
  });
}

/** The definition of one time-series table, whose database keeps all of them in one file. */
export function extractTable(meta: string, table: string): string {
  const found = splitStatements(meta).find((statement) => {
    const name = TABLE.exec(statement)?.[1];
    return name !== undefined && bare(name) === table;
  });
  if (found === undefined) throw unreadable(`has no CREATE TABLE of ${JSON.stringify(table)}`);
  return `${found}\n`;
}

/** Users of users.sql: their passwords are in no export, and have to be set again. */
export function usersIn(text: string): readonly string[] {
  return splitStatements(text).flatMap((statement) => {
    const name = new RegExp(`^CREATE (?:USER|ROLE) (?:IF NOT EXISTS )?(${NAME})`, 'i').exec(statement)?.[1];
    return name === undefined ? [] : [bare(name)];
  });
}

function unreadable(message: string): KingbaseError {
  return new KingbaseError({
    code: 'kwdb/meta-unreadable',
    path: 'meta.sql',
    message,
    hint: 'The export is of a version that this program does not know, or was changed by hand. Nothing was restored.',
  });
}
