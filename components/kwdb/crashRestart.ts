/** kwdb:dr:CrashRestart: a one-shot record that starts a crashed node with its log kept first, and tells what the start threw away. */
import * as pulumi from '@pulumi/pulumi';
import type { ActionRecord } from '../../core/action/record';
import {
  checkCrashRestart,
  crashRestartWords,
  describeCrashRestart,
  type CrashRestartRequest,
} from '../../core/kwdb/action/crashRestart';
import { refusal } from '../clusterInput';
import { runOnce } from '../recovery/oneShot';
import { kwdbHost } from './input';
import type { WalSettings } from './settings';

export interface CrashRestartArgs extends CrashRestartRequest {
  readonly settings: WalSettings;
}

export class CrashRestart extends pulumi.ComponentResource {
  declare readonly result: pulumi.Output<ActionRecord | undefined>;

  constructor(name: string, args: CrashRestartArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, ...request } = args;
    const { requestId, node: wanted, putBack } = request;
    const node = settings.spec.nodes.find((one) => one.name === wanted);
    const findings = [
      ...checkCrashRestart(request, name),
      ...(node === undefined ? [noNode(name, request, settings)] : []),
    ];
    if (findings.length > 0 || node === undefined) throw refusal(findings);
    const does = describeCrashRestart(request);
    const inputs = { node: wanted, ...(putBack === undefined ? {} : { putBack }) };
    super('kwdb:dr:CrashRestart', name, { cluster: settings.spec.name, requestId, ...inputs, does }, opts);
    // It depends on no setting: it has to work on a node that is down.
    const { result } = runOnce(this, name, {
      ...{ requestId, kind: 'crashRestart', inputs, does },
      connection: kwdbHost(settings.spec, node, settings.privateKey).connection,
      words: crashRestartWords(request),
    });
    Object.assign(this, { result });
    this.registerOutputs({ result });
  }
}

function noNode(path: string, { node }: CrashRestartRequest, { spec }: WalSettings) {
  return {
    code: 'kwdb/no-node',
    path: `${path}.node`,
    message: `there is no node ${JSON.stringify(node)}`,
    hint: `One of ${spec.nodes.map(({ name }) => name).join(', ')}.`,
  };
}
