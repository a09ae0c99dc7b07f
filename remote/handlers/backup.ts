/**
 * kingbase:Backup: the stanza, proved archiving and a first full backup of a cluster. Made after the rollout, because archiving has to be in
 * effect; taken away with nothing but its record in state: data and backups stay.
 */
import { classifyChange, type ConfigurationChange } from '../../core/backup/classifyChange';
import { foreignSystem, hasFull, hasStanza } from '../../core/backup/decideBackup';
import type { BackupTarget } from '../../core/backup/types';
import { archivingFindings } from '../backup/archiving';
import { ensureBackup, hostsOf, observeMembers, systemOf } from '../backup/ensureBackup';
import { observeBackupNode } from '../backup/observeBackup';
import { systemClock, type Clock } from '../clock';
import type { ClusterNode } from '../observe/observeNode';
import { progress } from '../progress';
import type { OpenRemote } from '../remote';
import { warn } from '../warn';
import { inputsDiffer, reasonOf } from './support';
import type { Handler } from './types';

export interface BackupInputs {
  readonly nodes: readonly ClusterNode[];
  readonly backup: BackupTarget;
  /** node: text of its sys_rman.conf, secrets as placeholders. What changed in it says what is due. */
  readonly conf: Readonly<Record<string, string>>;
}

export interface BackupOutputs extends BackupInputs {
  readonly observed?: BackupObserved;
}

/** Only what stays the same while all is well: what moves with every backup is the status's to tell. */
export interface BackupObserved {
  /** Host: ok, or what is missing there. Hosts that could not be read have no entry. */
  readonly stanzas: Readonly<Record<string, StanzaState>>;
  /** What keeps archiving out of effect, a line each. */
  readonly archiving: readonly string[];
  readonly unreadable: readonly string[];
}

type StanzaState = 'ok' | 'missing' | 'no full backup' | 'of another database';

export function backupHandler(open: OpenRemote, clock: Clock = systemClock): Handler<BackupInputs, BackupOutputs> {
  const context = { open, clock };
  const done = async (inputs: BackupInputs): Promise<BackupOutputs> => ({
    ...inputs,
    observed: await observe(open, inputs),
  });
  return {
    diff: async (_id, olds, news) => ({
      changes: inputsDiffer<BackupInputs>(olds, news, ['nodes', 'backup', 'conf']) || isDamaged(olds.observed),
    }),
    create: async (inputs) => {
      await ensureBackup(context, inputs, { identityChanged: false, check: true });
      return { id: `${inputs.backup.cluster}/${inputs.backup.stanza}`, outs: await done(inputs) };
    },
    read: async (id, props) => ({ id, props: await done(props) }),
    update: async (_id, olds, news) => {
      const change = changeBetween(olds, news);
      sayNextFull(news, change.nextFull);
      await ensureBackup(context, news, {
        identityChanged: change.identity.length > 0,
        check: isDamaged(olds.observed),
        known: knownHosts(olds, news),
      });
      return { outs: await done(news) };
    },
    delete: async (_id, { nodes, backup }) => {
      const host = hostsOf({ nodes, backup })[0]?.connection.host ?? backup.cluster;
      warn(
        host,
        `the backups of stanza ${backup.stanza} stay where they are (${backup.repositories.map(({ path }) => path).join(', ')}); nothing backs up this cluster any more`,
      );
    },
  };
}

function isDamaged(observed: BackupObserved | undefined): boolean {
  return (
    observed !== undefined &&
    (observed.archiving.length > 0 || Object.values(observed.stanzas).some((state) => state !== 'ok'))
  );
}

/** Over the hosts that run backups: what a database node's own file says follows from theirs. */
function changeBetween(olds: BackupInputs, news: BackupInputs): Omit<ConfigurationChange, 'place'> {
  const changes = news.backup.hosts.map((host) => classifyChange(olds.conf[host], news.conf[host] ?? ''));
  return {
    identity: changes.flatMap(({ identity }) => identity),
    nextFull: changes.flatMap(({ nextFull }) => nextFull),
    atOnce: changes.flatMap(({ atOnce }) => atOnce),
  };
}

/**
 * Hosts whose repository is where it was. Another user, path or port of a database node makes none new: one that is empty then is a volume that
 * is not mounted. Each host for itself: one that is added says nothing of the others.
 */
function knownHosts(olds: BackupInputs, news: BackupInputs): string[] {
  if (olds.backup.stanza !== news.backup.stanza) return [];
  return news.backup.hosts.filter(
    (host) =>
      olds.backup.hosts.includes(host) && classifyChange(olds.conf[host], news.conf[host] ?? '').place.length === 0,
  );
}

function sayNextFull(news: BackupInputs, keys: readonly string[]): void {
  if (keys.length > 0) {
    const host = hostsOf(news)[0]?.connection.host ?? news.backup.cluster;
    progress(host, `${[...new Set(keys)].join(', ')}: in effect with the next full backup; nothing was run for it`);
  }
}

async function observe(open: OpenRemote, inputs: BackupInputs): Promise<BackupObserved> {
  try {
    return await look(open, inputs);
  } catch (error) {
    return { stanzas: {}, archiving: [], unreadable: [reasonOf(error)] };
  }
}

async function look(open: OpenRemote, inputs: BackupInputs): Promise<BackupObserved> {
  const members = await observeMembers(open, inputs);
  const hosts = await Promise.all(hostsOf(inputs).map((node) => observeBackupNode(node, inputs.backup, open)));
  const systemIdentifier = systemOf(members);
  const findings = archivingFindings(inputs.backup, members);
  const unread = findings.filter(({ code }) => code === 'backup/node-unreadable');
  const stanzas = hosts.flatMap((host): [string, StanzaState][] => {
    const catalogue = host.reachable ? host.catalogue : undefined;
    if (catalogue === undefined) return [];
    if (!hasStanza(catalogue)) return [[host.name, 'missing']];
    if (foreignSystem(catalogue, systemIdentifier) !== undefined) return [[host.name, 'of another database']];
    return [[host.name, hasFull(catalogue, systemIdentifier) ? 'ok' : 'no full backup']];
  });
  return {
    stanzas: Object.fromEntries(stanzas),
    archiving: findings
      .filter((finding) => !unread.includes(finding))
      .map(({ path, message }) => `${path}: ${message}`),
    unreadable: [
      ...unread.map(({ path }) => path ?? ''),
      ...hosts.filter((host) => !host.reachable || host.catalogue === undefined).map(({ name }) => name),
    ],
  };
}
