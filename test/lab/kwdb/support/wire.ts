// Statements over the wire with a client that knows nothing of KWDB, answered in the form `kwbase sql --format=tsv -e` prints: for a KWDB whose
// own client is not on this machine.
import { Client, DatabaseError, type QueryArrayResult } from 'pg';
import type { Answer } from './standIn';

export async function overTheWire(address: string, statement: string): Promise<Answer> {
  const [host = '', port = ''] = address.split(':');
  const client = new Client({ host, port: Number(port), user: 'root', database: 'defaultdb', ssl: false });
  const notices: string[] = [];
  client.on('notice', (notice) => notices.push(`NOTICE: ${notice.message ?? ''}\n`));
  // A server that goes away fails the statement; the connection's own event would end the process.
  client.on('error', () => undefined);
  let tag = '';
  // The client keeps the first word of what the server says a statement was; the whole is on its connection.
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  connection.on('commandComplete', (message: { text: string }) => {
    tag = message.text;
  });
  await client.connect();
  try {
    const result = await client.query({ text: statement, rowMode: 'array', types: AS_TEXT });
    return { exit: 0, stdout: printed(result, tag), stderr: notices.join('') };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { exit: 1, stdout: '', stderr: notices.join('') + refused(error) };
  } finally {
    await client.end();
  }
}

const AS_TEXT = { getTypeParser: () => (value: string | Buffer) => String(value) } as never;

function printed(result: QueryArrayResult<unknown[]>, tag: string): string {
  if (result.fields.length === 0) return `${tag.replace(/^INSERT 0 /, 'INSERT ')}\n`;
  const lines = [result.fields.map((field) => field.name), ...result.rows.map((row) => row.map(cell))];
  return lines.map((line) => `${line.join('\t')}\n`).join('');
}

const cell = (value: unknown): string => (value === null ? 'NULL' : String(value));

function refused(error: DatabaseError): string {
  const lines = [`ERROR: ${error.message}`];
  if (error.code !== undefined && error.code !== 'XXUUU') lines.push(`SQLSTATE: ${error.code}`);
  if (error.detail !== undefined) lines.push(`DETAIL: ${error.detail}`);
  if (error.hint !== undefined) lines.push(`HINT: ${error.hint}`);
  return `${lines.join('\n')}\nFailed running "sql"\n`;
}
