/** sys_rman.conf → its sections; of a key that stands twice in one, the last counts. */
export type RmanSections = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function parseSysRman(text: string): RmanSections {
  const sections: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (header !== undefined) {
      current = sections[header] ??= {};
      continue;
    }
    const [, key, value] = /^\s*([a-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) current[key] = value;
  }
  return sections;
}

/** Values of a numbered key (`kb1-host`, `repo2-path`) by number. */
export function numbered(
  keys: Readonly<Record<string, string>>,
  prefix: 'kb' | 'repo',
  name: string,
): Map<number, string> {
  const found = Object.entries(keys).flatMap(([key, value]): [number, string][] => {
    const match = /^(kb|repo)(\d+)-(.+)$/.exec(key);
    return match?.[1] === prefix && match[3] === name ? [[Number(match[2]), value]] : [];
  });
  return new Map(found);
}
