/** kingbase.conf, es_rep.conf, kingbase.auto.conf → their settings in order, quotes undone as the server's lexer does. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

const LINE = /^\s*([A-Za-z_][A-Za-z0-9_.]*)(?:\s*=\s*|\s+)(?:'((?:[^'\\]|''|\\.)*)'|([^\s'#]+))\s*(?:#.*)?$/;

export function parseSettings(text: string): Setting[] {
  return text.split('\n').flatMap((line, index) => {
    const match = LINE.exec(line);
    return match?.[1] === undefined
      ? []
      : [
          {
            name: match[1].toLowerCase(),
            value: match[2] === undefined ? (match[3] ?? '') : unquote(match[2]),
            line: index + 1,
          },
        ];
  });
}

const CONTROL: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unquote(inside: string): string {
  return inside.replace(/''|\\(.)/g, (_, escaped: string | undefined) =>
    escaped === undefined ? "'" : (CONTROL[escaped] ?? escaped),
  );
}

/** The value in force of each name: the last one. Includes are no settings. */
export function settingValues(text: string): Record<string, string> {
  const settings = parseSettings(text).filter((setting) => !setting.name.startsWith('include'));
  return Object.fromEntries(settings.map((setting) => [setting.name, setting.value]));
}
