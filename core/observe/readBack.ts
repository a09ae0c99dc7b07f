/** Are the settings we wrote in effect? Each one is compared with what the server runs with and where the server took it from. */
import { effectiveSettings, type WrittenSetting } from './settingsFile';
import { sameSetting } from './settingValue';
import type { FileSettingRow, ServerAnswers, SettingRow } from './types';

export type Effect =
  | 'inEffect'
  | 'pendingReload' // the file says otherwise than the server, a reload brings it
  | 'pendingRestart' // only a restart brings it
  | 'overridden' // another place wins
  | 'invalid' // the server refuses the line
  | 'unknown'; // the server knows no such setting

export interface SettingEffect {
  readonly name: string;
  readonly effect: Effect;
  readonly written: string;
  /** Where we wrote it, `/kbdata/data/es_rep.conf:12`. */
  readonly writtenAt: string;
  /** What the server runs with, in its base unit. */
  readonly live: string | undefined;
  /** Where the server took it from: a file and line, or a word (default, command line, database). */
  readonly liveAt: string | undefined;
  readonly detail?: string;
}

/** One entry per setting of the managed file. */
export function readBackSettings(file: string, text: string, answers: ServerAnswers): SettingEffect[] {
  const live = new Map(answers.settings.map((row) => [row.name.toLowerCase(), row]));
  return [...effectiveSettings(text).values()].map((written) =>
    judge(
      file,
      written,
      live.get(written.name),
      answers.fileSettings.filter((row) => row.name.toLowerCase() === written.name),
    ),
  );
}

/** Those that another place overrides or the server refuses, one line each, with both places. */
export function describeConflict(effect: SettingEffect): string {
  const live =
    effect.live === undefined ? 'not known to the server' : `${effect.live} from ${effect.liveAt ?? 'unknown'}`;
  const detail = effect.detail === undefined ? '' : ` (${effect.detail})`;
  return `${effect.name}: written ${effect.written} at ${effect.writtenAt}, in effect ${live}${detail}`;
}

export function isConflict(effect: SettingEffect): boolean {
  return effect.effect === 'overridden' || effect.effect === 'invalid';
}

function judge(
  file: string,
  written: WrittenSetting,
  live: SettingRow | undefined,
  rows: readonly FileSettingRow[],
): SettingEffect {
  const base = {
    name: written.name,
    written: written.value,
    writtenAt: `${file}:${written.line}`,
    live: live?.value,
    liveAt: live === undefined ? undefined : placeOf(live),
  };
  const refused = rows.find((row) => row.file === file && row.error !== '' && !isRestartNotice(row.error));
  if (refused !== undefined) {
    return { ...base, effect: 'invalid', detail: refused.error };
  }
  if (live === undefined) {
    return { ...base, effect: 'unknown' };
  }
  const winner = rows.at(-1);
  if (winner !== undefined && winner.file !== file) {
    return { ...base, effect: 'overridden', liveAt: `${winner.file}:${winner.line ?? '?'}` };
  }
  if (live.file !== '' && live.file !== file && !live.pendingRestart && winner === undefined) {
    return { ...base, effect: 'overridden' };
  }
  if (live.file === '' && !['default', 'configuration file', 'override'].includes(live.source)) {
    return { ...base, effect: 'overridden' };
  }
  return { ...base, effect: effectOf(written, live, rows) };
}

function effectOf(written: WrittenSetting, live: SettingRow, rows: readonly FileSettingRow[]): Effect {
  if (sameSetting(written.value, live)) {
    return live.source === 'default' ? 'pendingReload' : 'inEffect';
  }
  return live.pendingRestart || live.context === 'postmaster' || rows.some((row) => isRestartNotice(row.error))
    ? 'pendingRestart'
    : 'pendingReload';
}

/** sys_file_settings says this of a line that is right but needs a restart. */
function isRestartNotice(error: string): boolean {
  return /could not be applied/.test(error);
}

function placeOf(row: SettingRow): string {
  if (row.file === '') {
    return row.source;
  }
  return row.line === undefined ? row.file : `${row.file}:${row.line}`;
}
