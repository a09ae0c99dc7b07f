/** Fills `@@node:preload@@`: the libraries a node's kingbase.conf already loads, with repmgr first. Only the node knows its build's list. */
import { parseSettingsFile } from './settingsFile';
import { unquoteSetting } from './settingValue';

export const PRELOAD_PLACEHOLDER = '@@node:preload@@';

/** `ours`: text with the placeholder. `existing`: the file as it lies on the node. `block`: our marker, whose lines do not count. */
export function fillPreload(ours: string, existing: string, block: string): string {
  if (!ours.includes(PRELOAD_PLACEHOLDER)) {
    return ours;
  }
  return ours.replaceAll(PRELOAD_PLACEHOLDER, preloadList(outsideBlock(existing, block)));
}

/** The libraries of the last shared_preload_libraries line, repmgr put first, each once. */
export function preloadList(text: string): string {
  const lines = parseSettingsFile(text).filter((setting) => setting.name === 'shared_preload_libraries');
  const value = unquoteSetting(lines.at(-1)?.value ?? '');
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'repmgr');
  return ['repmgr', ...new Set(names)].join(', ');
}

function outsideBlock(text: string, block: string): string {
  const kept: string[] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    if (line.trim() === `# BEGIN ${block}`) {
      inside = true;
    }
    if (!inside) {
      kept.push(line);
    }
    if (line.trim() === `# END ${block}`) {
      inside = false;
    }
  }
  return kept.join('\n');
}
