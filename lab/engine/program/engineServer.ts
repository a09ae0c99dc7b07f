// The engine service: takes the log messages of the program, the dynamic host and the policy pack.
import * as grpc from '@grpc/grpc-js';
import { EngineService } from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import * as proto from '@pulumi/pulumi/proto/engine_pb.js';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Reporter } from '../deploy/reporter';
import type { Severity } from '../events';
import { channelOptions, listen, type Listening, unary } from '../rpc';

const severities: Readonly<Record<number, Severity>> = { 0: 'debug', 1: 'info', 2: 'warning', 3: 'error' };

export async function startEngineServer(reporter: Reporter): Promise<Listening> {
  let root = '';
  const server = new grpc.Server(channelOptions);
  server.addService(EngineService as unknown as grpc.ServiceDefinition, {
    log: unary<proto.LogRequest, Empty>((request) => {
      takeMessage(reporter, request);
      return new Empty();
    }),
    getRootResource: unary<proto.GetRootResourceRequest, proto.GetRootResourceResponse>(() => {
      const response = new proto.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary<proto.SetRootResourceRequest, proto.SetRootResourceResponse>((request) => {
      root = request.getUrn();
      return new proto.SetRootResourceResponse();
    }),
    requirePulumiVersion: unary<proto.RequirePulumiVersionRequest, proto.RequirePulumiVersionResponse>(
      () => new proto.RequirePulumiVersionResponse(),
    ),
  });
  return listen(server);
}

/** What the program says of a resource whose own error has been told. */
const echoesFailure = /resource \S+ \[[^\]]+\] failed to register/;

function takeMessage(reporter: Reporter, request: proto.LogRequest): void {
  const severity = severities[request.getSeverity()] ?? 'info';
  const urn = request.getUrn() === '' ? undefined : request.getUrn();
  if (severity === 'error' && reporter.failed && echoesFailure.test(request.getMessage())) return;
  if (severity === 'error') reporter.error(request.getMessage(), urn);
  else reporter.log(severity, request.getMessage(), urn, request.getEphemeral());
}
