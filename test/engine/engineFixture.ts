// A stack of the fixture program in a directory of its own: write what it shall declare, run the engine, read log and state.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dump } from 'js-yaml';
import type { EngineEvent } from '../../lab/engine/events';
import { type EngineCommand, type EngineOptions, type EngineResult, runEngine } from '../../lab/engine/runEngine';
import { setStackConfig } from '../../lab/engine/stackConfig';

export const fixtureProgram = resolve(__dirname, 'fixtures', 'plan');
export const passphrase = 'correct horse';

export interface Declared {
  readonly kind?: 'thing' | 'group' | 'local' | 'remote' | 'copy';
  readonly name: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface SavedResource {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface SavedState {
  readonly version: number;
  readonly deployment: {
    readonly resources: readonly SavedResource[];
    readonly pending_operations?: readonly { readonly resource: SavedResource; readonly type: string }[];
    readonly [key: string]: unknown;
  };
}

export class EngineFixture {
  readonly directory = mkdtempSync(join(tmpdir(), 'engine-'));
  readonly configFile = join(this.directory, 'Pulumi.test.yaml');
  readonly stateFile = join(this.directory, 'state.json');
  readonly log = join(this.directory, 'log');
  readonly world = join(this.directory, 'world.json');
  events: EngineEvent[] = [];

  constructor() {
    this.declare([]);
    this.setWorld({});
  }

  declare(resources: readonly Declared[], outputs: Readonly<Record<string, unknown>> = {}, other = {}): void {
    const config = { 'fixture:resources': resources, 'fixture:outputs': outputs, ...other };
    writeFileSync(this.configFile, dump({ config }));
  }

  setSecret(key: string, value: string): Promise<void> {
    return setStackConfig(
      { file: this.configFile, passphrase, project: 'fixture', stateSalt: this.savedSalt() },
      { key, value, secret: true },
    );
  }

  setWorld(world: Readonly<Record<string, unknown>>): void {
    writeFileSync(this.world, JSON.stringify(world));
  }

  run(command: EngineCommand, options: Partial<EngineOptions> = {}): Promise<EngineResult> {
    this.events = [];
    return runEngine({
      program: fixtureProgram,
      stack: 'test',
      command,
      configFile: this.configFile,
      stateFile: this.stateFile,
      passphrase,
      onEvent: (event) => this.events.push(event),
      ...options,
      env: { FIXTURE_LOG: this.log, FIXTURE_WORLD: this.world, ...options.env },
    });
  }

  /** What was done since the last call. */
  takeLog(): readonly string[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, 'utf8').trimEnd().split('\n');
    rmSync(this.log);
    return lines;
  }

  state(): SavedState {
    return JSON.parse(readFileSync(this.stateFile, 'utf8')) as SavedState;
  }

  saved(name: string): SavedResource | undefined {
    return this.state().deployment.resources.find((resource) => resource.urn.endsWith(`::${name}`));
  }

  names(): readonly string[] {
    return this.state().deployment.resources.map((resource) => resource.urn.split('::').at(-1) ?? '');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private savedSalt(): string | undefined {
    if (!existsSync(this.stateFile)) return undefined;
    const providers = this.state().deployment['secrets_providers'] as { state: { salt: string } } | undefined;
    return providers?.state.salt;
  }
}

export const thing = (name: string, inputs: Declared['inputs'] = {}, options: Declared['options'] = {}): Declared => ({
  name,
  inputs,
  options,
});
