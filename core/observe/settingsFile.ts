/** Reads a file in kingbase.conf's format (name = value, the sign optional) into its settings, with the line each stands on. */

export interface WrittenSetting {
  readonly name: string;
  /** As written, quotes included. */
  readonly value: string;
  readonly line: number;
}

/** Every setting in order; a name may come twice, the server takes the last. */
export function parseSettingsFile(text: string): WrittenSetting[] {
  const found: WrittenSetting[] = [];
  text.split('\n').forEach((line, at) => {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_.$]*)\s*(?:=\s*|\s+)('(?:[^'\\]|''|\\.)*'|[^\s#']+)\s*(?:#.*)?$/.exec(line);
    if (match !== null) {
      found.push({ name: (match[1] ?? '').toLowerCase(), value: match[2] ?? '', line: at + 1 });
    }
  });
  return found;
}

/** What counts: the last line of each name. Directives that include other files are no settings. */
export function effectiveSettings(text: string): Map<string, WrittenSetting> {
  const settings = parseSettingsFile(text).filter((setting) => !/^include(_if_exists|_dir)?$/.test(setting.name));
  return new Map(settings.map((setting) => [setting.name, setting]));
}
