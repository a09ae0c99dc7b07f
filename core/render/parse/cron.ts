/** Cron tables → entries of kbha. Matches loosely: any line that starts `kbha -A daemon`, as builds differ in path, redirect and blanks. */
export interface KbhaCronLine {
  /** From 1. */
  readonly line: number;
  readonly active: boolean;
  readonly schedule: string;
  /** The user column of /etc/cron.d; undefined in a crontab. */
  readonly user: string | undefined;
  readonly command: string;
}

export function parseKbhaCron(text: string, form: 'cron.d' | 'crontab'): KbhaCronLine[] {
  return text.split('\n').flatMap((line, index) => {
    if (!line.includes('kbha -A daemon')) {
      return [];
    }
    const match = /^\s*(#*)\s*((?:\S+\s+){4}\S+)\s+(.*)$/.exec(line);
    if (match === null) {
      return [];
    }
    const [, hashes = '', schedule = '', rest = ''] = match;
    const [, user, command] = /^(\S+)\s+(.*)$/.exec(rest) ?? [];
    const own = form === 'cron.d' ? { user, command: command ?? '' } : { user: undefined, command: rest };
    return [{ line: index + 1, active: hashes === '', schedule, ...own }];
  });
}
