/** What every one-shot record consists of: the gate that refuses changed inputs under an old id, and the command that runs once. */
import { Command } from '@pulumi/command/remote/command';
import * as pulumi from '@pulumi/pulumi';
import { actionOneLiner } from '../../core/action/command';
import { parseActionRecord, type ActionRecord } from '../../core/action/record';
import { ActionGate } from '../dynamic';
import type { ConnectionArgs } from '../hostArgs';
import { commandConnection } from './commandConnection';

export interface OneShot {
  readonly requestId: string;
  readonly kind: string;
  /** As they are compared later: one that changes under the same id is refused at preview. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** One sentence for the preview. */
  readonly does: string;
  readonly connection: ConnectionArgs;
  /** Program and words on the node. */
  readonly words: readonly string[];
  /** Records that must have succeeded before this one begins. */
  readonly after?: readonly pulumi.Resource[];
}

export interface OneShotRun {
  readonly run: Command;
  /** What was done; undefined where the program printed no record. */
  readonly result: pulumi.Output<ActionRecord | undefined>;
}

/** Children `<name>-gate` and `<name>-run` of `parent`; a preview says what would be done. */
export function runOnce(parent: pulumi.ComponentResource, name: string, shot: OneShot): OneShotRun {
  const { requestId, kind, inputs, does, connection, words, after = [] } = shot;
  if (pulumi.runtime.isDryRun()) void pulumi.log.info(`${kind} ${requestId}, unless it ran already: ${does}`, parent);
  const gate = new ActionGate(`${name}-gate`, { requestId, kind, inputs, does }, { parent });
  const run = new Command(
    `${name}-run`,
    {
      connection: commandConnection(connection),
      create: actionOneLiner(connection.user, words),
      logging: 'stderr',
      addPreviousOutputInEnv: false,
    },
    // A reworded command runs nothing; neither does a key or an address that changed since.
    {
      parent,
      dependsOn: [gate, ...after],
      ignoreChanges: ['connection', 'create', 'logging', 'addPreviousOutputInEnv'],
    },
  );
  return { run, result: run.stdout.apply((text) => parseActionRecord(text ?? '')) };
}
