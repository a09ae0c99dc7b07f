/** What a rollout can bring into effect, and what another place keeps from it. */
import { describe, expect, it } from 'vitest';
import type { SettingEffect } from '../../../core/observe/readBack';
import type { ServerAnswers, SettingRow } from '../../../core/observe/types';
import { askedFor, judgeStanding } from '../../../core/rollout/standing';
import { primaryNode } from '../../support/observations';

const row = (name: string, value: string, changes: Partial<SettingRow> = {}): SettingRow => ({
  name,
  value,
  unit: '',
  type: 'integer',
  context: 'sighup',
  source: 'configuration file',
  file: '/d/es_rep.conf',
  line: 1,
  pendingRestart: false,
  ...changes,
});
const answersWith = (...settings: SettingRow[]): ServerAnswers => ({
  ...(primaryNode('node1').server.answers as ServerAnswers),
  settings,
});
const effect = (name: string, what: SettingEffect['effect']): SettingEffect => ({
  name,
  effect: what,
  written: '8',
  writtenAt: '/d/es_rep.conf:1',
  live: '4',
  liveAt: '/d/kingbase.auto.conf:3',
});

describe('judgeStanding', () => {
  it.each<[string, SettingRow[], SettingEffect[], readonly string[], readonly string[]]>([
    ['is in effect', [row('a', '8')], [effect('a', 'inEffect')], [], []],
    ['waits for a reload', [row('a', '4')], [effect('a', 'pendingReload')], ['a'], []],
    ['is not written there', [row('a', '4')], [], ['a'], []],
    ['waits for a restart', [row('a', '4', { pendingRestart: true })], [effect('a', 'pendingRestart')], ['a'], []],
    ['is overridden', [row('a', '4')], [effect('a', 'overridden')], [], ['a']],
    ['is refused by the server', [row('a', '4')], [effect('a', 'invalid')], [], ['a']],
    ['is overridden with the same value', [row('a', '8')], [effect('a', 'overridden')], [], []],
    ['is written otherwise than the server spells it', [row('A', '4')], [effect('a', 'overridden')], [], ['a']],
    ['is not known to the server', [], [effect('a', 'unknown')], [], []],
    ['is fine, while another one waits', [row('a', '8'), row('b', '1', { pendingRestart: true })], [], ['b'], []],
  ])('of a setting that %s', (_what, settings, effects, pending, overridden) => {
    const standing = judgeStanding({ a: '8' }, answersWith(...settings), effects);
    expect({ ...standing, overridden: standing.overridden.map(({ name }) => name) }).toEqual({ pending, overridden });
  });
});

describe('judgeStanding of archive_command', () => {
  it('does not wait for what the server hides while archive_mode is off', () => {
    const hidden = row('archive_command', '(disabled)');
    const judge = (mode: string) =>
      judgeStanding({ archive_command: 'push %p' }, answersWith(row('archive_mode', mode), hidden), []).pending;
    expect(judge('off')).toEqual([]);
    expect(judge('on')).toEqual(['archive_command']);
  });
});

describe('askedFor', () => {
  it('is what differs from before, and everything at first', () => {
    expect([...askedFor({ a: '1', b: '2', gone: '3' }, { a: '1', B: '2', b: '9' })]).toEqual(['b']);
    expect([...askedFor(undefined, { a: '1', b: '2' })]).toEqual(['a', 'b']);
  });
});
