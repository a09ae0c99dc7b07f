// Recipes of KWDB 2.x and of its FAQ change nothing in 3.x, or only what SHOW prints.
import { defineRule, type Objection } from '../../types';

const RECIPES: readonly (readonly [RegExp, string])[] = [
  [
    /\bts\.wal\.(?:flush_interval|buffer_size|file_size|files_in_group)\b/i,
    'is a setting of KWDB 2.x: 3.x refuses it, and the level stays what it was',
  ],
  [/\bRESET\s+CLUSTER\s+SETTING\s+ts\.wal\.[a-z_.]+/i, 'changes what SHOW prints and leaves the engine as it is'],
  [
    /\bts\.wal\.(?:wal_level|checkpoint_interval)\s*(?:=|\bTO\b)\s*DEFAULT\b/i,
    'changes what SHOW prints and leaves the engine as it is',
  ],
];

export const refuseStaleRecipes = defineRule({
  subject: 'statements',
  id: 'kingbase-kwdb-refuse-stale-recipes',
  title: 'No recipe for the log that KWDB 3 does not carry out',
  group: 'recovery',
  level: 'mandatory',
  severity: 'high',
  restsOn: 'rendered',
  protectsFrom:
    'The FAQ says `SET CLUSTER SETTING ts.wal.flush_interval = -1s` turns the log off; 3.x answers "unknown cluster setting". RESET and = DEFAULT of the level succeed, SHOW says 2, and the engine goes on at 1: somebody believes what is not so.',
  evidence: 'D faqs.md; U KWDB V3.2.1 run: unknown setting; settings/updater.go ResetRemaining',
  hint: 'Declare wal.level and wal.checkpointInterval of kwdb:dr:WalSettings, which sets and reads back on every node.',
  judge: ({ texts }) =>
    Object.entries(texts).flatMap(([path, text]) =>
      RECIPES.flatMap(([recipe, why]): Objection[] => {
        const found = recipe.exec(text)?.[0];
        return found === undefined ? [] : [{ path, message: `${JSON.stringify(found.replace(/\s+/g, ' '))} ${why}` }];
      }),
    ),
});
