/** Every dynamic resource's logic by the name that stands in its shim (components/dynamic.ts). */
import { openRemote } from '../sshRemote';
import { bootstrapHandler } from './bootstrap';
import { clusterStatusHandler } from './clusterStatus';
import { filesHandler } from './files';
import { installHandler } from './install';
import { memberHandler } from './member';
import { membershipHandler } from './membership';
import { preflightHandler } from './preflight';
import { rolloutHandler } from './rollout';
import { secretFilesHandler } from './secretFiles';
import type { Handler } from './types';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- each handler checks its own inputs; the shim passes plain data */
type AnyHandler = Handler<any, any>;

export const handlers: Readonly<Record<string, AnyHandler>> = {
  bootstrap: bootstrapHandler(openRemote),
  clusterStatus: clusterStatusHandler(openRemote),
  files: filesHandler(openRemote),
  install: installHandler(openRemote),
  member: memberHandler(openRemote),
  membership: membershipHandler(openRemote),
  preflight: preflightHandler(openRemote),
  rollout: rolloutHandler(openRemote),
  secretFiles: secretFilesHandler(openRemote),
};
