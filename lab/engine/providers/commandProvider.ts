// Stands in for the command provider plugin 1.2.1 (a Go binary no npm registry carries): its three resources with the same
// rules. A changed create runs update, or create again; changed triggers replace; nothing is read back.
import { randomBytes } from 'node:crypto';
import { changedKeys, diffProperties } from '../propertyDiff';
import { deepEqual, plainForProvider, type PropertyMap } from '../values';
import { checkCommandInputs, commandProperties, type CommandType, previewOutputs } from './commandInputs';
import { copyToRemote, type CopyRequest } from './copyToRemote';
import type { Diff, Provider } from './provider';
import { type CommandOutput, runLocal, runRemote } from './runCommand';
import { parseUrn } from '../urn';

/** What the real plugin records of itself in its provider resource. */
export const commandPluginMarks: PropertyMap = { '__pulumi-go-provider-version': '1.2.0' };

export interface CommandProviderOptions {
  /** Where local commands without `dir` run: the directory of `main`. */
  readonly directory: string;
  readonly log: (urn: string, line: string) => void;
}

const typeOf = (urn: string): CommandType => parseUrn(urn).type as CommandType;

export class CommandProvider implements Provider {
  constructor(private readonly options: CommandProviderOptions) {}

  check(request: Parameters<Provider['check']>[0]): ReturnType<Provider['check']> {
    return Promise.resolve(checkCommandInputs(typeOf(request.urn), request.news));
  }

  diff(request: Parameters<Provider['diff']>[0]): Promise<Diff> {
    const keys = changedKeys(diffProperties(request.inputs, request.news));
    return Promise.resolve({
      changes: keys.length > 0 ? 'some' : 'none',
      replaceKeys: keys.filter((key) => key === 'triggers'),
      changedKeys: keys,
      deleteBeforeReplace: false,
    });
  }

  async create(request: Parameters<Provider['create']>[0]): ReturnType<Provider['create']> {
    const type = typeOf(request.urn);
    if (request.preview) return { id: '', outputs: previewOutputs(type, request.inputs) };
    if (type === 'command:remote:CopyToRemote') {
      await this.copy(request.urn, request.inputs);
      return { id: randomBytes(4).toString('hex'), outputs: request.inputs };
    }
    const output = await this.run(request.urn, commandProperties(request.inputs).create, request.inputs);
    const id = parseUrn(request.urn).name + randomBytes(4).toString('hex');
    return { id, outputs: { ...request.inputs, ...output } };
  }

  async update(request: Parameters<Provider['update']>[0]): ReturnType<Provider['update']> {
    const type = typeOf(request.urn);
    if (request.preview) return { outputs: previewOutputs(type, request.news) };
    if (type === 'command:remote:CopyToRemote') {
      if (mustCopy(request.outputs, request.news)) await this.copy(request.urn, request.news);
      return { outputs: request.news };
    }
    const { stdout = '', stderr = '' } = request.outputs;
    const state = { ...request.news, stdout, stderr };
    const properties = commandProperties(state);
    const output = await this.run(request.urn, properties.update ?? properties.create, state);
    return { outputs: { ...state, ...output } };
  }

  read(request: Parameters<Provider['read']>[0]): ReturnType<Provider['read']> {
    return Promise.resolve({ id: request.id, outputs: request.outputs });
  }

  async delete(request: Parameters<Provider['delete']>[0]): Promise<void> {
    if (typeOf(request.urn) === 'command:remote:CopyToRemote') return;
    const command = commandProperties(request.outputs).delete;
    if (command !== undefined) await this.run(request.urn, command, request.outputs);
  }

  private async run(urn: string, command: string | undefined, state: PropertyMap): Promise<CommandOutput> {
    const properties = commandProperties(state);
    if (command === undefined) return { stdout: properties.stdout ?? '', stderr: properties.stderr ?? '' };
    const log = (line: string): void => this.options.log(urn, line);
    return typeOf(urn) === 'command:local:Command'
      ? runLocal(command, properties, { directory: this.options.directory, log })
      : runRemote(command, properties, log);
  }

  private copy(urn: string, inputs: PropertyMap): Promise<void> {
    return copyToRemote(plainForProvider(inputs) as unknown as CopyRequest, (line) => this.options.log(urn, line));
  }
}

/** Another connection alone copies nothing, as in the real provider. */
function mustCopy(old: PropertyMap, fresh: PropertyMap): boolean {
  return !deepEqual(old['source'], fresh['source']) || old['remotePath'] !== fresh['remotePath'];
}
