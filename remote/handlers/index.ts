/**
 * Every dynamic resource's logic by the name that stands in its shim (components/dynamic.ts), loaded when it is called: the preview of a new
 * cluster needs next to nothing of it.
 */
import { openRemote } from '../sshRemote';
import type { Handler } from './types';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- each handler checks its own inputs; the shim passes plain data */
export type AnyHandler = Handler<any, any>;

interface Entry {
  /** Whether it looks at inputs: never, only beside those of before (a new resource has none), or always. */
  readonly checks: 'never' | 'changes' | 'always';
  readonly load: () => Promise<AnyHandler>;
}

export const entries: Readonly<Record<string, Entry>> = {
  actionGate: { checks: 'changes', load: async () => (await import('./actionGate.js')).actionGateHandler() },
  backup: { checks: 'never', load: async () => (await import('./backup.js')).backupHandler(openRemote) },
  backupSchedule: {
    checks: 'never',
    load: async () => (await import('./backupSchedule.js')).backupScheduleHandler(openRemote),
  },
  bootstrap: { checks: 'never', load: async () => (await import('./bootstrap.js')).bootstrapHandler(openRemote) },
  clusterDiagnosis: {
    checks: 'never',
    load: async () => (await import('./clusterDiagnosis.js')).clusterDiagnosisHandler(openRemote),
  },
  clusterStatus: {
    checks: 'never',
    load: async () => (await import('./clusterStatus.js')).clusterStatusHandler(openRemote),
  },
  files: { checks: 'never', load: async () => (await import('./files.js')).filesHandler(openRemote) },
  install: { checks: 'always', load: async () => (await import('./install.js')).installHandler(openRemote) },
  kwdbBackup: { checks: 'never', load: async () => (await import('./kwdbBackup.js')).kwdbBackupHandler(openRemote) },
  kwdbCertificates: {
    checks: 'always',
    load: async () => (await import('./kwdbCertificates.js')).kwdbCertificatesHandler(openRemote),
  },
  kwdbFiles: { checks: 'never', load: async () => (await import('./files.js')).filesHandler(openRemote) },
  kwdbRestore: {
    checks: 'changes',
    load: async () => (await import('./kwdbRestore.js')).kwdbRestoreHandler(openRemote),
  },
  kwdbSecrets: {
    checks: 'changes',
    load: async () => (await import('./secretFiles.js')).secretFilesHandler(openRemote),
  },
  kwdbWal: { checks: 'changes', load: async () => (await import('./kwdbWal.js')).kwdbWalHandler(openRemote) },
  member: { checks: 'changes', load: async () => (await import('./member.js')).memberHandler(openRemote) },
  membership: { checks: 'changes', load: async () => (await import('./membership.js')).membershipHandler(openRemote) },
  preflight: { checks: 'never', load: async () => (await import('./preflight.js')).preflightHandler(openRemote) },
  replaceGuard: {
    checks: 'never',
    load: async () => (await import('./replaceGuard.js')).replaceGuardHandler(openRemote),
  },
  rollout: { checks: 'never', load: async () => (await import('./rollout.js')).rolloutHandler(openRemote) },
  secretFiles: {
    checks: 'changes',
    load: async () => (await import('./secretFiles.js')).secretFilesHandler(openRemote),
  },
  v8r3Host: { checks: 'never', load: async () => (await import('./v8r3Host.js')).v8r3HostHandler(openRemote) },
  v8r3Preflight: {
    checks: 'never',
    load: async () => (await import('./v8r3Preflight.js')).v8r3PreflightHandler(openRemote),
  },
};

const loaded = new Map<string, Promise<AnyHandler>>();

/** Undefined for a name that this version does not know. */
export function loadHandler(name: string): Promise<AnyHandler> | undefined {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry !== undefined && !loaded.has(name)) {
    loaded.set(name, entry.load());
  }
  return loaded.get(name);
}

/** Without a look at it there is nothing that its check could say. */
export function checksNothing(name: string, olds: unknown): boolean {
  const checks = Object.hasOwn(entries, name) ? entries[name]?.checks : undefined;
  const isNew = typeof olds !== 'object' || olds === null || Object.keys(olds).length === 0;
  return checks === 'never' || (checks === 'changes' && isNew);
}
