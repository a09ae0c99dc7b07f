import { describe, expect, it } from 'vitest';
import { decideBackup, type BackupWish } from '../../../core/backup/decideBackup';
import { parseBackupNode } from '../../../core/observe/backup/parseBackupNode';
import { backupDocument, backupTarget, command, CONF, infoJson } from '../../support/backups';
import { OTHER_SYSTEM, SYSTEM } from '../../support/observations';

const FULL = { label: '20261121-133712F', stop: 1_795_268_242 };
const host = (changes: Parameters<typeof backupDocument>[0]) =>
  parseBackupNode('repo', 'kingbase', JSON.stringify(backupDocument(changes)));
const decide = (changes: Parameters<typeof backupDocument>[0], wish: Partial<BackupWish> = {}) =>
  decideBackup(backupTarget(), host(changes), SYSTEM, { identityChanged: false, check: false, ...wish });
const seen = (options: Parameters<typeof infoJson>[0], wish: Partial<BackupWish> = {}) =>
  decide({ info: command(infoJson(options)) }, wish);

describe('decideBackup', () => {
  it.each([
    [1, 'missing stanza path'],
    [3, 'missing stanza data'],
  ])('begins with the stanza where sys_rman says %i, %s', (code, message) => {
    expect(seen({ code, message })).toEqual({ kind: 'steps', steps: ['stanzaCreate', 'check', 'full'] });
  });

  it.each([1, 3])('makes no second stanza where one was made before and is missing (%i): its volume may be', (code) => {
    expect(seen({ code }, { known: ['repo'], check: true })).toMatchObject({
      kind: 'refuse',
      finding: { code: 'backup/repository-missing', path: 'repo' },
    });
    expect(seen({ code: 2 }, { known: ['repo'] })).toEqual({ kind: 'steps', steps: ['check', 'full'] });
  });

  it('makes the stanza and a full backup in a repository that was added beside one that is full', () => {
    const backups = [FULL];
    const mixed = { code: 4, message: 'different across repos', backups };
    expect(seen({ ...mixed, repositories: [0, 1] })).toEqual({
      kind: 'steps',
      steps: ['stanzaCreate', 'check', 'full'],
    });
    expect(seen({ ...mixed, repositories: [0, 2] })).toEqual({ kind: 'steps', steps: ['check', 'full'] });
    expect(seen({ ...mixed, repositories: [0, 1] }, { known: ['repo'] })).toMatchObject({
      finding: { code: 'backup/repository-missing' },
    });
    expect(seen({ ...mixed, repositories: [0, 99] })).toMatchObject({ finding: { code: 'backup/repository-fault' } });
    expect(seen({ ...mixed, repositories: [] })).toMatchObject({ finding: { code: 'backup/repository-fault' } });
  });

  it('checks and makes a full backup where the stanza holds none', () => {
    expect(seen({ code: 2 })).toEqual({ kind: 'steps', steps: ['check', 'full'] });
  });

  it.each([
    ['one with page errors', { ...FULL, error: true }],
    ['an incremental one', { ...FULL, label: `${FULL.label}_20261122-040000I` }],
  ])('does not take %s for a full backup', (_, set) => {
    expect(seen({ backups: [set] })).toEqual({ kind: 'steps', steps: ['check', 'full'] });
  });

  it('has nothing to do where a full backup is there', () => {
    expect(seen({ backups: [FULL] })).toEqual({ kind: 'steps', steps: [] });
  });

  it('checks where it is asked to, and makes no backup for that', () => {
    expect(seen({ backups: [FULL] }, { check: true })).toEqual({ kind: 'steps', steps: ['check'] });
  });

  it('confirms the stanza and makes a full backup after other paths, hosts or users', () => {
    expect(seen({ backups: [FULL] }, { identityChanged: true })).toEqual({
      kind: 'steps',
      steps: ['stanzaCreate', 'check', 'full'],
    });
  });

  it('refuses the stanza of another database, also where it holds a full backup, and removes nothing', () => {
    const decision = seen({ system: OTHER_SYSTEM, backups: [FULL] }, { identityChanged: true });
    expect(decision).toMatchObject({ kind: 'refuse', finding: { code: 'backup/foreign-stanza', path: 'repo' } });
    expect(JSON.stringify(decision)).toContain(
      `stanza kingbase in /kbrepo/orders belongs to another database (system ${OTHER_SYSTEM}), and this cluster is system ${SYSTEM}`,
    );
  });

  it.each([
    ['a missing sys_rman.conf', { conf: false }, 'backup/no-configuration', `${CONF} is not there`],
    [
      'a catalogue that cannot be read',
      { info: { code: 124, text: '', error: '' } },
      'backup/unreadable',
      'sys_rman info gave no answer in time',
    ],
    ['a catalogue that was not asked for', {}, 'backup/unreadable', 'no answer'],
    [
      'another state of the stanza',
      { info: command(infoJson({ code: 99, message: 'other' })) },
      'backup/repository-fault',
      'other (code 99)',
    ],
  ])('refuses %s', (_, changes, code, text) => {
    const decision = decide(changes);
    expect(decision).toMatchObject({ kind: 'refuse', finding: { code } });
    expect(JSON.stringify(decision)).toContain(text);
  });

  it('names a repository without a path of its own', () => {
    const target = backupTarget({ repositories: [] });
    const wish = { identityChanged: false, check: false };
    const seenHost = host({ info: command(infoJson({ system: OTHER_SYSTEM })) });
    expect(JSON.stringify(decideBackup(target, seenHost, SYSTEM, wish))).toContain('in the repository belongs');
  });
});
