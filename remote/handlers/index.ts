/** Every dynamic resource's logic by the name that stands in its shim (components/dynamic.ts). */
import { openRemote } from '../sshRemote';
import { filesHandler } from './files';
import { installHandler } from './install';
import { secretFilesHandler } from './secretFiles';
import type { Handler } from './types';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- each handler checks its own inputs; the shim passes plain data */
type AnyHandler = Handler<any, any>;

export const handlers: Readonly<Record<string, AnyHandler>> = {
  files: filesHandler(openRemote),
  install: installHandler(openRemote),
  secretFiles: secretFilesHandler(openRemote),
};
