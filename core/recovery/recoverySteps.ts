/** The single steps of a plan: what each does, its record for the stack's configuration, and the vendor's commands that do the same by hand. */
import { ACTION } from '../render/actionFiles';
import type { ActionKind, ProposedRecord, ProposedStep, RecoveryNode } from './types';

export interface StepMaker {
  preserve(node: RecoveryNode, why: string): ProposedStep;
  rejoin(
    node: RecoveryNode,
    primary: RecoveryNode,
    maxRung: 'follow' | 'rewind',
    why: string,
    needsConfirm: boolean,
  ): ProposedStep;
  reclone(node: RecoveryNode, primary: RecoveryNode, why: string, needsConfirm: boolean): ProposedStep;
  promote(node: RecoveryNode, doubted: readonly string[]): ProposedStep;
  startCluster(
    node: RecoveryNode,
    wasPrimary: boolean,
    hasStaleMark: boolean,
    doubted: readonly string[],
  ): ProposedStep;
  resolveMultiPrimary(winner: RecoveryNode, loser: RecoveryNode): ProposedStep;
  /** The command that only looks. */
  lookAtLosing(winner: RecoveryNode, loser: RecoveryNode): string;
}

export function handStep(node: string | null, text: string): ProposedStep {
  return { text, node, available: false, needsConfirm: false, commands: [] };
}

export function makeSteps(at: number, kinds: readonly string[]): StepMaker {
  const step = (
    kind: ActionKind,
    node: RecoveryNode,
    inputs: ProposedRecord['inputs'],
    text: string,
    needsConfirm: boolean,
    commands: readonly string[],
  ): ProposedStep => ({
    text,
    node: node.target.name,
    record: { requestId: `${stamp(at)}-${kind}-${node.target.name}`, kind, inputs },
    available: kinds.includes(kind),
    needsConfirm,
    commands: commands.map((command) => `${node.target.name}$ ${command}`),
  });
  return {
    preserve(node, why) {
      const { name, data } = node.target;
      const { folder, base } = split(data);
      const text = `Keep the evidence of ${name} (data directory, WAL, configuration, logs) outside the data directory: ${why}.`;
      return step('preserveEvidence', node, { node: name }, text, false, [
        `tar -C ${folder} -czf ${folder}/${name}-${stamp(at)}.tar.gz ${base}`,
      ]);
    },
    rejoin(node, primary, maxRung, why, needsConfirm) {
      const { name } = node.target;
      const rewind = maxRung === 'rewind' ? ' --force-rewind' : '';
      const text = `Let ${name} follow ${primary.target.name} again, ${maxRung === 'rewind' ? 'rewound' : 'without a rewind'}: ${why}.`;
      return step('rejoin', node, { node: name, maxRung }, text, needsConfirm, [
        stopOf(node),
        `${repmgrOf(node)} node rejoin ${loginOf(primary)}${rewind}`,
      ]);
    },
    reclone(node, primary, why, needsConfirm) {
      const { name } = node.target;
      const text = `Clone ${name} anew from ${primary.target.name}: ${why}.`;
      return step('reclone', node, { node: name }, text, needsConfirm, [
        stopOf(node),
        `${repmgrOf(node)} standby clone -F ${loginOf(primary)} --fast-checkpoint`,
        startOf(node),
        `${repmgrOf(node)} standby register -F`,
      ]);
    },
    promote(node, doubted) {
      const gone = doubted.map((each) => each.split(' ')[0]).join(', ');
      const { name } = node.target;
      const doubt =
        doubted.length === 0
          ? ''
          : ` It is not proved that ${doubted.join(', ')} holds nothing more: whoever confirms it gives that up.`;
      const waiver = `the primary is gone${gone === '' ? '' : `, not proved against ${gone}`}`;
      const text = `Promote ${name}: nobody accepts writes, and of all that could be read it holds the most.${doubt}`;
      return step(
        'promote',
        node,
        { node: name, acceptDataLossOwner: 'NAME', acceptDataLossReason: waiver },
        text,
        doubted.length > 0,
        [`${repmgrOf(node)} standby promote`],
      );
    },
    startCluster(node, wasPrimary, hasStaleMark, doubted) {
      const { name, data } = node.target;
      const doubt =
        doubted.length === 0
          ? ''
          : ` It is not proved that ${doubted.join(', ')} holds nothing more: whoever confirms it gives that up.`;
      const mark = hasStaleMark ? ' Its standby.signal is stale, and is set aside.' : '';
      const how = wasPrimary ? 'as primary, as it was' : 'and promote it';
      const text = `Start ${name} ${how}: of all that could be read it holds the most. No other node may be started without standby.signal.${mark}${doubt}`;
      const waiver = `not proved against ${doubted.map((each) => each.split(' ')[0]).join(' ')}`;
      const answered: ProposedRecord['inputs'] =
        doubted.length === 0 ? {} : { acceptDataLossOwner: 'NAME', acceptDataLossReason: waiver };
      return step('startCluster', node, { node: name, ...answered }, text, doubted.length > 0, [
        ...(hasStaleMark ? [`mv ${data}/standby.signal ${data}/../standby.signal.stale`] : []),
        ...(wasPrimary ? [] : [`touch ${data}/standby.signal`]),
        startOf(node),
        ...(wasPrimary ? [] : [`${repmgrOf(node)} standby promote`]),
      ]);
    },
    resolveMultiPrimary(winner, loser) {
      const { name } = loser.target;
      const text = `End the second primary: ${name} is fenced and stopped, what only it wrote is exported for review, then it follows ${winner.target.name}.`;
      return step('resolveMultiPrimary', loser, { winner: winner.target.name, loser: name }, text, true, [
        `${repmgrOf(loser)} service pause`,
        stopOf(loser),
        `${repmgrOf(loser)} node rejoin ${loginOf(winner)} --force-rewind --no-check-wal`,
        `${repmgrOf(loser)} service unpause`,
      ]);
    },
    lookAtLosing({ target: winner }, { target: loser }) {
      const id = `${stamp(at)}-resolveMultiPrimary-${loser.name}`;
      return `${loser.name}(root)$ ${ACTION} --dry-run ${id} resolveMultiPrimary winner=${winner.name} loser=${loser.name}`;
    },
  };
}

function split(data: string): { readonly folder: string; readonly base: string } {
  const at = data.lastIndexOf('/');
  return { folder: data.slice(0, at) || '/', base: data.slice(at + 1) };
}

const repmgrOf = ({ target }: RecoveryNode): string => `${target.bin}/repmgr -f ${target.repmgrConf}`;
const loginOf = ({ target }: RecoveryNode): string => `-h ${target.host} -U esrep -d esrep -p ${target.databasePort}`;
const stopOf = ({ target }: RecoveryNode): string => `${target.bin}/sys_ctl -D ${target.data} stop -m fast`;
const startOf = ({ target }: RecoveryNode): string => `${target.bin}/sys_ctl -D ${target.data} start`;

/** 20261121-1703: enough for a person, and new for each incident. */
function stamp(at: number): string {
  const text = new Date(at).toISOString().replace(/[-:]/g, '');
  return `${text.slice(0, 8)}-${text.slice(9, 13)}`;
}
