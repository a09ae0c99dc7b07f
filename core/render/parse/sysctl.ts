/** sysctl drop-ins and the output of `sysctl -a` → values by name, blanks between figures made single. */
export function parseSysctl(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*-?([A-Za-z0-9_.\/*-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined) {
      values[match[1].replaceAll('/', '.')] = (match[2] ?? '').replace(/\s+/g, ' ');
    }
  }
  return values;
}
