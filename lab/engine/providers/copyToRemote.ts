// `command:remote:CopyToRemote`: copies a file or a text to a host over sftp. Directories and archives are refused: the
// module copies none.
import { readFile } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { SFTPWrapper, Stats } from 'ssh2';
import { archiveSignature, isObject, type PropertyMap, type PropertyValue, signatureOf } from '../values';
import type { CommandConnection } from './commandInputs';
import type { LogLine } from './commandInputs';
import { connect } from './sshConnection';

export interface CopyRequest {
  readonly connection: CommandConnection;
  readonly source: PropertyValue;
  readonly remotePath: string;
}

export async function copyToRemote(request: CopyRequest, log: LogLine): Promise<void> {
  const { content, name } = await contentOf(request.source);
  const client = await connect(request.connection, log);
  try {
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
      client.sftp((error, session) => (error === undefined ? resolve(session) : reject(error)));
    });
    const target = await targetOf(sftp, request.remotePath, name);
    await new Promise<void>((resolve, reject) => {
      sftp.writeFile(target, content, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    client.end();
  }
}

async function contentOf(source: PropertyValue): Promise<{ content: Buffer; name?: string }> {
  const asset: PropertyMap = isObject(source) ? source : {};
  const { text, path } = asset;
  if (signatureOf(source) !== archiveSignature) {
    if (typeof path === 'string' && path !== '') return { content: await readFile(path), name: basename(path) };
    if (typeof text === 'string') return { content: Buffer.from(text) };
  }
  throw new Error('the stand-in engine copies file and text assets only, no archives, directories or URLs');
}

/** Into an existing directory goes a file of the source's name; missing parents of a new file are made. */
async function targetOf(sftp: SFTPWrapper, path: string, name: string | undefined): Promise<string> {
  const found = await statOf(sftp, path);
  if (found === undefined) {
    await makeDirectories(sftp, posix.dirname(path));
    return path;
  }
  if (!found.isDirectory()) return path;
  if (name === undefined) {
    throw new Error(`remote path ${path} is a directory; for a text asset, remotePath must be a file path`);
  }
  return posix.join(path, name);
}

function statOf(sftp: SFTPWrapper, path: string): Promise<Stats | undefined> {
  return new Promise((resolve, reject) => {
    sftp.stat(path, (error, stats) => {
      if (error === undefined) return resolve(stats);
      // 2: no such file.
      if ((error as { code?: unknown }).code === 2) return resolve(undefined);
      reject(error);
    });
  });
}

async function makeDirectories(sftp: SFTPWrapper, path: string): Promise<void> {
  if (path === '/' || path === '.' || (await statOf(sftp, path)) !== undefined) return;
  await makeDirectories(sftp, posix.dirname(path));
  await new Promise<void>((resolve, reject) => {
    sftp.mkdir(path, (error) => (error ? reject(error) : resolve()));
  });
}
