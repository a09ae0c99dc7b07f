/** known_hosts, authorized_keys and ~/.ssh/config → their entries. */
export interface KnownHost {
  readonly names: readonly string[];
  readonly type: string;
  readonly key: string;
}

export function parseKnownHosts(text: string): KnownHost[] {
  return entries(text).flatMap((line) => {
    const [names, type, key] = line.split(/\s+/);
    return names === undefined || type === undefined || key === undefined
      ? []
      : [{ names: names.split(','), type, key }];
  });
}

export interface AuthorizedKey {
  readonly options: readonly string[];
  readonly type: string;
  readonly key: string;
  readonly comment: string;
}

export function parseAuthorizedKeys(text: string): AuthorizedKey[] {
  return entries(text).flatMap((line) => {
    const match = /^(?:((?:[^\s"]|"(?:[^"\\]|\\.)*")+)\s+)?((?:ssh|ecdsa|sk)-\S+)\s+(\S+)(?:\s+(.*))?$/.exec(line);
    if (match === null) {
      return [];
    }
    const [, options = '', type = '', key = '', comment = ''] = match;
    return [{ options: options.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [], type, key, comment }];
  });
}

export interface SshHost {
  readonly patterns: readonly string[];
  /** Keywords in small letters. */
  readonly options: Readonly<Record<string, string>>;
}

export function parseSshConfig(text: string): SshHost[] {
  const hosts: { patterns: string[]; options: Record<string, string> }[] = [];
  for (const line of entries(text)) {
    const [, keyword = '', value = ''] = /^(\w+)[\s=]+(.*)$/.exec(line) ?? [];
    if (keyword.toLowerCase() === 'host') {
      hosts.push({ patterns: value.split(/\s+/), options: {} });
    } else if (keyword !== '') {
      (hosts.at(-1)?.options ?? {})[keyword.toLowerCase()] = value;
    }
  }
  return hosts;
}

function entries(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
