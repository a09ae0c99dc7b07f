/** What a changed sys_rman.conf asks for: the vendor's three classes (facts 8.4). */

export interface ConfigurationChange {
  /** Keys that say which database and repository: stanza-create, check and a full backup. */
  readonly identity: readonly string[];
  /** Those of them that say where the repository lies: only then nothing may be there yet. */
  readonly place: readonly string[];
  /** Keys that the next full backup takes up; nothing is run for them. */
  readonly nextFull: readonly string[];
  /** In effect with the next call. */
  readonly atOnce: readonly string[];
}

const IDENTITY =
  /^(kb\d+-(path|port|user|host|host-user)|repo\d+-(path|type|s3-bucket|s3-endpoint|cipher-type|cipher-pass))$/;
const PLACE = /^repo\d+-(path|type|s3-bucket|s3-endpoint)$/;
const NEXT_FULL = /^compress-(type|level)$/;

/** olds undefined: nothing was there before. */
export function classifyChange(olds: string | undefined, news: string): ConfigurationChange {
  const before = keysOf(olds ?? '');
  const after = keysOf(news);
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .sort();
  return {
    identity: changed.filter((key) => IDENTITY.test(key)),
    place: changed.filter((key) => PLACE.test(key)),
    nextFull: changed.filter((key) => NEXT_FULL.test(key)),
    atOnce: changed.filter((key) => !IDENTITY.test(key) && !NEXT_FULL.test(key)),
  };
}

/** Those of one command (`[global:archive-push]`) with its name before them: they stand beside the same key of all. */
function keysOf(text: string): Map<string, string> {
  const keys = new Map<string, string>();
  let command = '';
  for (const line of text.split('\n')) {
    const section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) command = section.includes(':') ? `${section.split(':').at(-1)} ` : '';
    const match = /^\s*([a-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match !== null) keys.set(`${command}${match[1] ?? ''}`, match[2] ?? '');
  }
  return keys;
}
