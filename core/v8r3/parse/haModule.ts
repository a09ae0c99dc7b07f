/** HAmodule.conf → its values by name, as LoadCfg of network_rewind.sh reads it: a # ends a line anywhere, the last of several counts. */
export function parseHaModule(text: string): Record<string, string | readonly string[]> {
  const values: Record<string, string | readonly string[]> = {};
  for (const line of text.split('\n')) {
    const bare = line.replace(/#.*$/, '').trim();
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/.exec(bare) ?? [];
    if (name !== undefined && value !== undefined) values[name] = valueOf(value);
  }
  return values;
}

function valueOf(text: string): string | readonly string[] {
  const [, inside] = /^\((.*)\)$/.exec(text) ?? [];
  if (inside !== undefined) return inside.split(/\s+/).filter((word) => word !== '');
  return text.replace(/^(["'])(.*)\1$/, '$2');
}
