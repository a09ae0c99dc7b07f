/** The SDK's mock monitor, recording what a program declares: type, name, inputs, parent and dependencies of every resource. */
import * as pulumi from '@pulumi/pulumi';
import { getMonitor } from '@pulumi/pulumi/runtime/settings';
import { unpack } from '../../core/packed';

export interface Declared {
  readonly type: string;
  readonly name: string;
  /** As they travel to the engine: secrets are {[SECRET]: …, value}, large structures JSON texts. */
  readonly sent: Readonly<Record<string, unknown>>;
  /** The same as a handler sees it. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names, sorted. */
  readonly dependsOn: readonly string[];
  readonly parent: string;
  readonly additionalSecretOutputs: readonly string[];
  readonly options: {
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly deleteBeforeReplace: boolean;
    readonly ignoreChanges: readonly string[];
  };
}

export interface Recorder {
  readonly resources: readonly Declared[];
  /** Names of resources of this type, sorted. */
  names(type: string): string[];
  find(name: string): Declared;
  clear(): void;
}

/** Marks a secret value on the wire. */
export const SECRET = '4dabf18193072939515e22adb298388d';

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
}

interface Monitor {
  registerResource(request: Request, callback: unknown): unknown;
}

/** What the handlers would answer, by name of the resource. */
type Outputs = (type: string, name: string) => Record<string, unknown>;

/** One call per test file: the SDK keeps its monitor per process. */
export async function recordResources(outputs: Outputs): Promise<Recorder> {
  const resources: Declared[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => ({
        id: `${args.name}-id`,
        state: { ...(args.inputs as object), ...outputs(args.type, args.name) },
      }),
      call: (args) => args.inputs as Record<string, unknown>,
    },
    'kingbase',
    'test',
    false,
  );
  const monitor = getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const sent = request.getObject()?.toJavaScript() ?? {};
    resources.push({
      type: request.getType(),
      name: request.getName(),
      sent,
      inputs: unpack(sent),
      dependsOn: request.getDependenciesList().map(nameOf).sort(),
      parent: nameOf(request.getParent()),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      options: {
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
        deleteBeforeReplace: request.getDeletebeforereplace(),
        ignoreChanges: request.getIgnorechangesList(),
      },
    });
    return register(request, callback);
  };
  return {
    resources,
    names: (type) =>
      resources
        .filter((each) => each.type === type)
        .map((each) => each.name)
        .sort(),
    find: (name) => {
      const found = resources.find((each) => each.name === name);
      if (found === undefined) {
        throw new Error(`no resource ${name}; there are: ${resources.map((each) => each.name).join(', ')}`);
      }
      return found;
    },
    clear: () => resources.splice(0),
  };
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

function nameOf(urn: string): string {
  return urn.split('::').at(-1) ?? '';
}
