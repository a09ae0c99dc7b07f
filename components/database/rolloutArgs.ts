/** What each node's server is to run with, by the way a change of it takes effect: preview names node and parameter. */
import { effectiveSettings } from '../../core/observe/settingsFile';
import { changeClass } from '../../core/parameters/checkParameters';
import type { FilesArgs, HostArgs, RolloutNodeArgs } from '../hostArgs';
import { textDigest } from './textDigest';

export function rolloutNodeArgs(host: HostArgs, databaseFiles: FilesArgs): RolloutNodeArgs {
  const { data } = host.target;
  const text = databaseFiles[`${data}/es_rep.conf`]?.text ?? '';
  const reload: Record<string, string> = {};
  const restart: Record<string, string> = {};
  // As written, quotes included: whoever compares takes them off once.
  for (const { name, value } of effectiveSettings(text).values()) {
    (changeClass(name) === 'reload' ? reload : restart)[name] = value;
  }
  // Not settings, but files that a server reads at reload: a change of them must reach it as well.
  for (const file of ['sys_hba.conf', 'kingbase.conf']) {
    const content = databaseFiles[`${data}/${file}`]?.text;
    if (content !== undefined) {
      reload[file] = textDigest(content);
    }
  }
  return { ...host, reload, restart };
}
