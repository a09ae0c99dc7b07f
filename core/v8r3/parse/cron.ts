/** KINGBASECRON of V8R3 → its lines. One that starts with # was stopped by kingbase_monitor.sh, by --force, or by hand. */
export interface AutomationLine {
  readonly script: 'network_rewind.sh' | 'restartcluster.sh';
  readonly active: boolean;
  readonly user: string;
  readonly path: string;
}

export function parseAutomation(text: string): AutomationLine[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(#*)\s*(?:\S+\s+){5}(\S+)\s+(\S*\/(network_rewind|restartcluster)\.sh)\b/.exec(line);
    if (match === null) return [];
    const [, hashes, user = '', path = '', script] = match;
    return [{ script: `${script as 'network_rewind'}.sh`, active: hashes === '', user, path }];
  });
}
