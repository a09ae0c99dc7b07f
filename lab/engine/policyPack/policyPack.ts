// A policy pack runs in a process of its own and serves the analyzer protocol (@pulumi/policy does that by itself); the engine
// asks it about each resource before anything is done, and about all of them at the end.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { AnalyzerClient } from '@pulumi/pulumi/proto/analyzer_grpc_pb.js';
import * as proto from '@pulumi/pulumi/proto/analyzer_pb.js';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { KingbaseError } from '../../../core/finding';
import { type Child, startNode } from '../childProcess';
import type { Goal } from '../deploy/goal';
import { call, channelOptions, toStruct } from '../rpc';
import type { ResourceState } from '../state/types';
import { parseUrn } from '../urn';
import { configureRequest, readPackConfig } from './packConfig';

export interface PolicyPackOptions {
  readonly directory: string;
  /** JSON file, see packConfig. */
  readonly configFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onOutput: (line: string) => void;
}

export interface Violation {
  readonly pack: string;
  readonly policy: string;
  readonly level: 'advisory' | 'mandatory' | 'disabled' | 'remediate';
  readonly message: string;
  readonly description: string;
  readonly urn: string;
}

const levels: Readonly<Record<number, Violation['level']>> = {
  0: 'advisory',
  1: 'mandatory',
  2: 'disabled',
  3: 'remediate',
};

export class PolicyPack {
  private constructor(
    private readonly child: Child,
    private readonly client: AnalyzerClient,
  ) {}

  static async start(options: PolicyPackOptions): Promise<PolicyPack> {
    const directory = resolve(options.directory);
    if (!existsSync(join(directory, 'PulumiPolicy.yaml'))) {
      throw new KingbaseError({
        code: 'engine/no-policy-pack',
        path: directory,
        message: 'no PulumiPolicy.yaml there',
        hint: 'Give the directory of a policy pack with --policy-pack.',
      });
    }
    const { child, port } = await launch(directory, options);
    const client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions);
    const pack = new PolicyPack(child, client);
    try {
      if (options.configFile !== undefined) await pack.configure(readPackConfig(options.configFile));
      return pack;
    } catch (error) {
      await pack.stop();
      throw error;
    }
  }

  private async configure(given: Readonly<Record<string, unknown>>): Promise<void> {
    const info = await call<proto.AnalyzerInfo>((done) => this.client.getAnalyzerInfo(new Empty(), done));
    await call((done) => this.client.configure(configureRequest(given, info), done));
  }

  async analyze(resource: ResourceState, goal: Goal): Promise<readonly Violation[]> {
    const request = new proto.AnalyzeRequest();
    request.setType(resource.type);
    request.setUrn(resource.urn);
    request.setName(parseUrn(resource.urn).name);
    request.setProperties(toStruct(resource.inputs ?? {}));
    request.setOptions(optionsOf(resource, goal));
    const response = await call<proto.AnalyzeResponse>((done) => this.client.analyze(request, done));
    return violationsOf(response, resource.urn);
  }

  async analyzeStack(resources: readonly ResourceState[]): Promise<readonly Violation[]> {
    const request = new proto.AnalyzeStackRequest();
    request.setResourcesList(resources.map(analyzerResource));
    const response = await call<proto.AnalyzeResponse>((done) => this.client.analyzeStack(request, done));
    return violationsOf(response, resources[0]?.urn ?? '');
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.child.stop();
  }
}

/** The pack prints its port as the first line. */
function launch(directory: string, options: PolicyPackOptions): Promise<{ child: Child; port: string }> {
  return new Promise((settle, reject) => {
    let listening = false;
    const errors: string[] = [];
    const child = startNode({
      args: ['.'],
      cwd: directory,
      env: options.env,
      onOutput: (line) => {
        if (listening) return options.onOutput(line);
        listening = true;
        settle({ child, port: line.trim() });
      },
      onError: (line) => (listening ? options.onOutput(line) : errors.push(line)),
    });
    void child.exit.then((code) =>
      reject(
        new KingbaseError({
          code: 'engine/policy-pack-failed',
          path: directory,
          message: `the policy pack ended with exit code ${code}:\n${errors.join('\n')}`,
          hint: 'Compile it first (npm run build); its package.json names the compiled main.',
        }),
      ),
    );
  });
}

function optionsOf(resource: ResourceState, goal: Goal | undefined): proto.AnalyzerResourceOptions {
  const options = new proto.AnalyzerResourceOptions();
  options.setProtect(resource.protect ?? false);
  options.setIgnorechangesList([...(resource.ignoreChanges ?? [])]);
  options.setDeletebeforereplace(goal?.deleteBeforeReplace ?? false);
  options.setDeletebeforereplacedefined(goal?.deleteBeforeReplace !== undefined);
  options.setAdditionalsecretoutputsList([...(resource.additionalSecretOutputs ?? [])]);
  options.setAliasesList([...(resource.aliases ?? [])]);
  options.setParent(resource.parent ?? '');
  return options;
}

function analyzerResource(resource: ResourceState): proto.AnalyzerResource {
  const message = new proto.AnalyzerResource();
  message.setType(resource.type);
  message.setUrn(resource.urn);
  message.setName(parseUrn(resource.urn).name);
  // As the CLI: what a stack policy sees are the outputs.
  message.setProperties(toStruct(resource.outputs ?? {}));
  message.setOptions(optionsOf(resource, undefined));
  message.setParent(resource.parent ?? '');
  message.setDependenciesList([...(resource.dependencies ?? [])]);
  const dependencies = message.getPropertydependenciesMap();
  for (const [key, urns] of Object.entries(resource.propertyDependencies ?? {})) {
    const list = new proto.AnalyzerPropertyDependencies();
    list.setUrnsList([...urns]);
    dependencies.set(key, list);
  }
  return message;
}

function violationsOf(response: proto.AnalyzeResponse, urn: string): readonly Violation[] {
  return response.getDiagnosticsList().map((diagnostic) => ({
    pack: diagnostic.getPolicypackname(),
    policy: diagnostic.getPolicyname(),
    level: levels[diagnostic.getEnforcementlevel()] ?? 'mandatory',
    message: diagnostic.getMessage(),
    description: diagnostic.getDescription(),
    urn: diagnostic.getUrn() === '' ? urn : diagnostic.getUrn(),
  }));
}
