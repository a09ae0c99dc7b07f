/** repmgr.conf → its values by key; the last of several wins, as in repmgr. Accepts blanks around `=` and values without quotes. */
export function parseRepmgrConf(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:'([^']*)'|([^'#\s][^#]*?)?)\s*(?:#.*)?$/.exec(line);
    if (match?.[1] !== undefined) {
      values[match[1]] = match[2] ?? match[3] ?? '';
    }
  }
  return values;
}

/** `host=… user=…` → its parts. */
export function parseConninfo(conninfo: string): Record<string, string> {
  return Object.fromEntries(
    [...conninfo.matchAll(/([a-z_]+)\s*=\s*(?:'([^']*)'|(\S*))/g)].map((m) => [m[1], m[2] ?? m[3]]),
  );
}
