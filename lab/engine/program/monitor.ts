// The resource monitor the program talks to: the same service the CLI offers, so that the SDK's own runner can be used as is.
import * as grpc from '@grpc/grpc-js';
import { ResourceMonitorService } from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import * as proto from '@pulumi/pulumi/proto/resource_pb.js';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { KingbaseError } from '../../../core/finding';
import { Halted, StepFailed } from '../deploy/deployment';
import type { Registrar } from '../deploy/registrar';
import { channelOptions, fromStruct, listen, type Listening, toStruct, unary } from '../rpc';
import type { ResourceState } from '../state/types';
import { isUnknown } from '../values';

const feature = proto.ResourceMonitorFeature;
const features = [
  feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
];

export async function startMonitor(registrar: Registrar): Promise<Listening> {
  const server = new grpc.Server(channelOptions);
  server.addService(ResourceMonitorService as unknown as grpc.ServiceDefinition, {
    getDeploymentInfo: unary<Empty, proto.DeploymentInfo>(() => {
      const info = new proto.DeploymentInfo();
      info.setSupportedfeaturesList(features);
      return info;
    }),
    registerResource: unary<proto.RegisterResourceRequest, proto.RegisterResourceResponse>((request) =>
      unlessHalted(registrar, () => registrar.register(request).then(registered, failed)),
    ),
    registerResourceOutputs: unary<proto.RegisterResourceOutputsRequest, Empty>((request) =>
      unlessHalted(registrar, async () => {
        await registrar.registerOutputs(request.getUrn(), fromStruct(request.getOutputs()));
        return new Empty();
      }),
    ),
    signalAndWaitForShutdown: unary<Empty, Empty>(() => new Empty()),
    invoke: refuse('function calls (invoke, StackReference, getResource)'),
    call: refuse('method calls'),
    readResource: refuse('reading existing resources (get)'),
    registerStackTransform: refuse('stack transforms'),
    registerStackInvokeTransform: refuse('invoke transforms'),
    registerResourceHook: refuse('resource hooks'),
    registerPackage: refuse('parameterized packages'),
  });
  return listen(server);
}

function registered(state: ResourceState): proto.RegisterResourceResponse {
  const response = new proto.RegisterResourceResponse();
  response.setUrn(state.urn);
  response.setId(isUnknown(state.id) ? '' : (state.id ?? ''));
  response.setObject(toStruct(state.outputs ?? {}));
  return response;
}

/** The SDK then lets nothing start that depends on it. */
function failed(error: unknown): proto.RegisterResourceResponse {
  if (!(error instanceof StepFailed)) throw error;
  const response = new proto.RegisterResourceResponse();
  response.setUrn(error.urn);
  response.setObject(toStruct({}));
  response.setResult(proto.Result.FAIL);
  return response;
}

/**
 * A halted run does not answer: the program waits until it is stopped, and does not print the same failure once per
 * resource. A mistake in the program itself (an option we do not carry) halts as well.
 */
async function unlessHalted<Result>(registrar: Registrar, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Halted)) registrar.fail(error);
    return new Promise<Result>(() => undefined);
  }
}

function refuse(what: string): grpc.handleUnaryCall<unknown, unknown> {
  return unary(() => {
    throw new KingbaseError({
      code: 'engine/call-unsupported',
      message: `the stand-in engine does not carry ${what}`,
      hint: 'Use the Pulumi CLI for this program.',
    });
  });
}
