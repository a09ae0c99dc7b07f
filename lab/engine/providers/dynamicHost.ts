// Dynamic resources run in the SDK's own dynamic provider process, spoken to as the CLI does: it evaluates the serialized
// provider text with the directory of `main` as its working directory.
import * as grpc from '@grpc/grpc-js';
import { ResourceProviderClient } from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import * as proto from '@pulumi/pulumi/proto/provider_pb.js';
import { Status } from '@pulumi/pulumi/proto/status_pb.js';
import type { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { type Child, startNode } from '../childProcess';
import { call, channelOptions, fromStruct, messageOf, toStruct } from '../rpc';
import { annotateSecrets, plainForProvider, type PropertyMap } from '../values';
import { type Diff, InitializationError, type Provider } from './provider';

export interface DynamicHostOptions {
  /** The SDK's cmd/dynamic-provider, as the program resolves it. */
  readonly script: string;
  readonly workDirectory: string;
  readonly engineAddress: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: PropertyMap;
  readonly onOutput: (line: string) => void;
  readonly onError: (line: string) => void;
}

interface Running {
  readonly child: Child;
  readonly client: ResourceProviderClient;
}

export class DynamicHost implements Provider {
  private running: Promise<Running> | undefined;

  constructor(private readonly options: DynamicHostOptions) {}

  /** Starting takes a while: asked for early where dynamic resources are to be expected. */
  start(): Promise<Running> {
    this.running ??= this.launch();
    return this.running;
  }

  async stop(): Promise<void> {
    if (this.running === undefined) return;
    const running = await this.running.catch(() => undefined);
    running?.client.close();
    await running?.child.stop();
  }

  async check(request: Parameters<Provider['check']>[0]): ReturnType<Provider['check']> {
    const message = new proto.CheckRequest();
    message.setUrn(request.urn);
    message.setOlds(toStruct(plainForProvider(request.olds)));
    message.setNews(toStruct(plainForProvider(request.news)));
    const { client } = await this.start();
    const answer = await call<proto.CheckResponse>((done) => client.check(message, done));
    const failures = answer.getFailuresList().map((failure) => ({
      property: failure.getProperty(),
      reason: failure.getReason(),
    }));
    return { inputs: annotateSecrets(fromStruct(answer.getInputs()), request.news), failures };
  }

  async diff(request: Parameters<Provider['diff']>[0]): Promise<Diff> {
    const message = new proto.DiffRequest();
    message.setUrn(request.urn);
    message.setId(request.id);
    message.setOldInputs(toStruct(plainForProvider(request.inputs)));
    message.setOlds(toStruct(plainForProvider(request.outputs)));
    message.setNews(toStruct(plainForProvider(request.news)));
    message.setIgnorechangesList([...request.ignoreChanges]);
    const { client } = await this.start();
    const answer = await call<proto.DiffResponse>((done) => client.diff(message, done));
    const changes = (['unknown', 'none', 'some'] as const)[answer.getChanges()] ?? 'unknown';
    return {
      changes,
      replaceKeys: answer.getReplacesList(),
      changedKeys: answer.getDiffsList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(request: Parameters<Provider['create']>[0]): ReturnType<Provider['create']> {
    if (request.preview) return { id: '', outputs: request.inputs };
    const message = new proto.CreateRequest();
    message.setUrn(request.urn);
    message.setProperties(toStruct(plainForProvider(request.inputs)));
    const { client } = await this.start();
    const answer = await call<proto.CreateResponse>((done) => client.create(message, done)).catch((error: unknown) => {
      throw initialization(error, request.inputs);
    });
    if (answer.getId() === '') throw new Error(`the provider returned no id from create of ${request.urn}`);
    return { id: answer.getId(), outputs: annotateSecrets(fromStruct(answer.getProperties()), request.inputs) };
  }

  async update(request: Parameters<Provider['update']>[0]): ReturnType<Provider['update']> {
    if (request.preview) return { outputs: request.news };
    const message = new proto.UpdateRequest();
    message.setUrn(request.urn);
    message.setId(request.id);
    message.setOldInputs(toStruct(plainForProvider(request.inputs)));
    message.setOlds(toStruct(plainForProvider(request.outputs)));
    message.setNews(toStruct(plainForProvider(request.news)));
    const { client } = await this.start();
    const answer = await call<proto.UpdateResponse>((done) => client.update(message, done)).catch((error: unknown) => {
      throw initialization(error, request.news);
    });
    return { outputs: annotateSecrets(fromStruct(answer.getProperties()), request.news) };
  }

  async read(request: Parameters<Provider['read']>[0]): ReturnType<Provider['read']> {
    const message = new proto.ReadRequest();
    message.setUrn(request.urn);
    message.setId(request.id);
    message.setInputs(toStruct(plainForProvider(request.inputs)));
    message.setProperties(toStruct(plainForProvider(request.outputs)));
    const { client } = await this.start();
    const answer = await call<proto.ReadResponse>((done) => client.read(message, done));
    const inputs = answer.getInputs();
    return {
      id: answer.getId(),
      outputs: annotateSecrets(fromStruct(answer.getProperties()), request.outputs),
      ...(inputs === undefined ? {} : { inputs: annotateSecrets(fromStruct(inputs), request.inputs) }),
    };
  }

  async delete(request: Parameters<Provider['delete']>[0]): Promise<void> {
    const message = new proto.DeleteRequest();
    message.setUrn(request.urn);
    message.setId(request.id);
    message.setOldInputs(toStruct(plainForProvider(request.inputs)));
    message.setProperties(toStruct(plainForProvider(request.outputs)));
    const { client } = await this.start();
    await call<Empty>((done) => client.delete(message, done));
  }

  private async launch(): Promise<Running> {
    const { child, port } = await this.spawn();
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions);
    const configure = new proto.ConfigureRequest();
    configure.setArgs(toStruct(this.options.config));
    configure.setAcceptsecrets(true);
    configure.setAcceptresources(true);
    await call<proto.ConfigureResponse>((done) => client.configure(configure, done));
    return { child, client };
  }

  /** The host prints its port as the first line; every later line is the handlers'. */
  private spawn(): Promise<{ child: Child; port: string }> {
    const { script, workDirectory, engineAddress, env, onOutput, onError } = this.options;
    return new Promise((resolve, reject) => {
      let listening = false;
      const errors: string[] = [];
      const child = startNode({
        args: [script, engineAddress],
        cwd: workDirectory,
        env,
        onOutput: (line) => {
          if (listening) return onOutput(line);
          listening = true;
          resolve({ child, port: line.trim() });
        },
        onError: (line) => (listening ? onError(line) : errors.push(line)),
      });
      void child.exit.then((code) =>
        reject(new Error(`the dynamic provider process ended with exit code ${code}: ${errors.join('\n')}`)),
      );
    });
  }
}

/** Errors with an id say: created, but not up. They travel in the status details. */
function initialization(error: unknown, inputs: PropertyMap): unknown {
  const details = (error as Partial<grpc.ServiceError>).metadata?.get('grpc-status-details-bin')[0];
  if (!(details instanceof Uint8Array)) return error;
  const status = Status.deserializeBinary(details);
  const failed = status
    .getDetailsList()
    .map((any) => any.unpack(proto.ErrorResourceInitFailed.deserializeBinary, 'pulumirpc.ErrorResourceInitFailed'))
    .find((detail) => detail !== null);
  if (failed === undefined || failed === null) return error;
  const outputs = annotateSecrets(fromStruct(failed.getProperties()), inputs);
  const reasons = failed.getReasonsList();
  return new InitializationError(
    messageOf(error),
    failed.getId(),
    outputs,
    reasons.length > 0 ? reasons : [messageOf(error)],
  );
}
