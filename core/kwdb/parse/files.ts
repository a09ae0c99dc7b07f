/** Rendered files of KWDB back to what they say: for drift, policies and tests. */

export type Sections = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** deploy.cfg, units and drop-ins of systemd: sections of name=value, a name may come more than once. */
export function parseSections(text: string): Sections {
  const sections: Record<string, Record<string, string[]>> = {};
  let current: Record<string, string[]> = {};
  for (const line of text.split('\n').map((one) => one.trim())) {
    const title = /^\[(.+)\]$/.exec(line)?.[1];
    const at = line.indexOf('=');
    if (title !== undefined) current = sections[title] ??= {};
    else if (!/^[#;]/.test(line) && at > 0) (current[line.slice(0, at).trim()] ??= []).push(line.slice(at + 1).trim());
  }
  return sections;
}

/** A shell configuration of ours: every NAME='value', with the quoting undone. */
export function parseConf(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(/^([A-Za-z][A-Za-z0-9_]*)='((?:[^']|'\\'')*)'$/gm)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value.replace(/'\\''/g, "'")]));
}

/** The lines of kw_wanted in backup.conf. */
export function parseWanted(
  text: string,
): readonly { readonly name: string; readonly tables: readonly string[]; readonly schemas: readonly string[] }[] {
  const list = (field: string): string[] => (field === '' ? [] : field.split(','));
  return [...text.matchAll(/^ {2}printf '%s\\n' '([^|]*)\|([^|]*)\|([^|]*)'$/gm)].map(
    ([, name = '', tables = '', schemas = '']) => ({
      name,
      tables: list(tables),
      schemas: list(schemas),
    }),
  );
}
