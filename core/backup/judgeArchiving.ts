/** Is archiving in effect on a node as the backups need it? Read back from the server, with the places that say otherwise. */
import type { Finding } from '../finding';
import { describeConflict, isConflict, type SettingEffect } from '../observe/readBack';
import { sameSetting, unquoteSetting } from '../observe/settingValue';
import type { ServerAnswers } from '../observe/types';
import type { BackupTarget } from './types';

export interface ArchivingNode {
  readonly name: string;
  /** undefined where the database does not answer. */
  readonly answers: ServerAnswers | undefined;
  /** Why it does not. */
  readonly reason: string | undefined;
  readonly effects: readonly SettingEffect[];
}

const SETTINGS = ['archive_mode', 'archive_command'] as const;

/** Empty where archive_mode and archive_command are in effect as declared. */
export function judgeArchiving(archive: BackupTarget['archive'], node: ArchivingNode): Finding[] {
  if (node.answers === undefined) {
    return [
      {
        code: 'backup/node-unreadable',
        path: node.name,
        message: `whether it archives could not be read: ${node.reason ?? 'its database does not answer'}`,
        hint: 'Bring the node back, then run again. Nothing was changed.',
      },
    ];
  }
  const { answers } = node;
  return SETTINGS.flatMap((setting) => {
    const wanted = setting === 'archive_mode' ? archive.mode : archive.command;
    return judgeSetting(node, answers, setting, wanted);
  });
}

function judgeSetting(
  { name, effects }: ArchivingNode,
  answers: ServerAnswers,
  setting: (typeof SETTINGS)[number],
  wanted: string,
): Finding[] {
  const effect = effects.find((each) => each.name === setting);
  const live = answers.settings.find((row) => row.name.toLowerCase() === setting);
  if (effect !== undefined && isConflict(effect)) {
    return [
      {
        code: 'backup/archiving-overridden',
        path: name,
        message: `another place keeps the declared value out of effect: ${describeConflict(effect)}`,
        hint: `Take it out there (for kingbase.auto.conf: ALTER SYSTEM RESET ${setting}), reload${setting === 'archive_mode' ? ' and restart' : ''}, and run again. Nothing was changed.`,
      },
    ];
  }
  if (effect?.effect === 'pendingRestart') {
    return [
      {
        code: 'backup/archiving-needs-restart',
        path: name,
        message: `${describeConflict(effect)}; only a restart brings it`,
        hint: 'Run `pulumi up --refresh`: the rollout restarts the nodes that wait for it, standbys first.',
      },
    ];
  }
  if (live !== undefined && isInEffect(wanted, live)) {
    return [];
  }
  const place = live === undefined ? 'nothing' : `${live.value === '' ? "''" : live.value} from ${placeOf(live)}`;
  return [
    {
      code: 'backup/archiving-off',
      path: name,
      message: `${setting} is declared as ${wanted}, and the server runs with ${place}`,
      hint: 'Run `pulumi up --refresh`: it writes es_rep.conf again and brings it into effect.',
    },
  ];
}

/** Commands are compared as they stand: sameSetting takes a text with commas for a list. */
function isInEffect(wanted: string, live: ServerAnswers['settings'][number]): boolean {
  return live.name.toLowerCase() === 'archive_command'
    ? unquoteSetting(wanted) === live.value
    : sameSetting(wanted, live);
}

function placeOf({ file, line, source }: ServerAnswers['settings'][number]): string {
  return file === '' ? source : `${file}:${line ?? '?'}`;
}
