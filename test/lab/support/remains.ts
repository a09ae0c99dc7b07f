// What a lab has on this machine, asked from the machine itself: nothing of it may be there once it is taken down.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { bridgeName, vethPrefix } from '../../../lab/forms';
import { nodesWithGroups } from '../../../lab/machines/cgroup';
import { loopDevices } from '../../../lab/machines/freeze';
import { strangerName } from '../../../lab/machines/network';
import { tableName } from '../../../lab/machines/networkRules';
import { mountsBelow } from '../../../lab/machines/sweep';
import { labPaths } from '../../../lab/paths';

export interface Remains {
  readonly mounts: readonly string[];
  readonly links: readonly string[];
  readonly loops: readonly unknown[];
  readonly groups: readonly string[];
  readonly processes: readonly string[];
  readonly tables: readonly string[];
  readonly stranger: boolean;
  readonly directory: boolean;
}

export const NO_REMAINS: Remains = {
  mounts: [],
  links: [],
  loops: [],
  groups: [],
  processes: [],
  tables: [],
  stranger: false,
  directory: false,
};

export async function remains(lab: string): Promise<Remains> {
  const { directory } = labPaths(lab);
  const tables = execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).split('\n');
  return {
    // Below it: another lab's name may begin with this one.
    mounts: mountsBelow(directory),
    links: readdirSync('/sys/class/net').filter((link) => link === bridgeName(lab) || link.startsWith(vethPrefix(lab))),
    loops: await loopDevices(directory),
    groups: nodesWithGroups(lab),
    processes: processesNaming(`${directory}/`),
    tables: tables.filter((line) => line.endsWith(` ${tableName(lab)}`)),
    stranger: existsSync(`/run/netns/${strangerName(lab)}`),
    directory: existsSync(directory),
  };
}

function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}
