/** How the declared settings stand on one node: what a reload or restart of ours brings into effect, and what another place keeps from it. */
import { isConflict, type SettingEffect } from '../observe/readBack';
import { sameSetting } from '../observe/settingValue';
import type { ServerAnswers, SettingRow } from '../observe/types';
import { pendingSettings } from './planRollout';

export interface Standing {
  /** Names that wait for a reload or a restart. */
  readonly pending: readonly string[];
  /** Declared, and not in effect because another place wins (ALTER SYSTEM) or the server refuses the line: nothing of ours changes that. */
  readonly overridden: readonly SettingEffect[];
}

/** `declared`: by name, as written. `effects`: of the managed file, as far as it could be read. */
export function judgeStanding(
  declared: Readonly<Record<string, string>>,
  answers: ServerAnswers,
  effects: readonly SettingEffect[],
): Standing {
  const live = new Map(answers.settings.map((row) => [row.name.toLowerCase(), row]));
  // A setting that the server does not know cannot come into effect: it is left out here, ClusterStatus shows it.
  const differing = Object.entries(declared)
    .filter(([name, value]) => {
      const row = live.get(name.toLowerCase());
      return row !== undefined && !isHidden(row, live) && !sameSetting(value, row);
    })
    .map(([name]) => name);
  const conflicts = new Map(effects.filter(isConflict).map((effect) => [effect.name.toLowerCase(), effect]));
  const waiting = pendingSettings(answers).map((setting) => setting.name);
  return {
    pending: [...new Set([...differing.filter((name) => !conflicts.has(name.toLowerCase())), ...waiting])].sort(),
    overridden: differing.flatMap((name) => conflicts.get(name.toLowerCase()) ?? []),
  };
}

/** Without archive_mode the server shows no command, whatever the files say: the restart that brings the mode brings it too. */
function isHidden(row: SettingRow, live: ReadonlyMap<string, SettingRow>): boolean {
  return (
    row.name.toLowerCase() === 'archive_command' &&
    row.value === '(disabled)' &&
    live.get('archive_mode')?.value === 'off'
  );
}

/** Names whose value this run was asked to change, or to set for the first time. */
export function askedFor(
  olds: Readonly<Record<string, string>> | undefined,
  news: Readonly<Record<string, string>>,
): ReadonlySet<string> {
  return new Set(
    Object.entries(news)
      .filter(([name, value]) => olds?.[name] !== value)
      .map(([name]) => name.toLowerCase()),
  );
}
