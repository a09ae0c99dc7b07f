/**
 * Every example is previewed by the stand-in engine as a user would lay it out: a folder of its own with the package in node_modules.
 * Proves that they load, are accepted, and what they would create; no host is asked.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dump, load } from 'js-yaml';
import ts from 'typescript';
import { afterEach, describe, expect, it } from 'vitest';
import { runEngine, type EngineResult } from '../../lab/engine/runEngine';
import { LAB_MANIFEST } from '../support/labManifest';

const repository = resolve(__dirname, '..', '..');
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

async function preview(name: string, stack: string): Promise<EngineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-example-'));
  folders.push(folder);
  const program = join(folder, name);
  cpSync(join(repository, 'examples', name), program, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist)$/.test(path),
  });
  mkdirSync(join(program, 'node_modules'));
  symlinkSync(repository, join(program, 'node_modules', 'pulumi-kingbase'));
  symlinkSync(join(repository, 'node_modules', '@pulumi'), join(program, 'node_modules', '@pulumi'));
  compile(program);
  mkdirSync(join(folder, 'labs', 'lab'), { recursive: true });
  writeFileSync(join(folder, 'labs', 'lab', 'manifest.json'), JSON.stringify(LAB_MANIFEST));
  return runEngine({
    program,
    stack,
    command: 'preview',
    configFile: withPasswords(program, stack),
    stateFile: join(folder, 'state.json'),
    passphrase: 'example',
    env: { PULUMI_KINGBASE_LAB_STATE: join(folder, 'labs') },
  });
}

/** `npm run build` of an example in TypeScript, without the second compiler start. */
function compile(program: string): void {
  const source = join(program, 'index.ts');
  const text = ts.sys.readFile(source);
  if (text === undefined) {
    return;
  }
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  mkdirSync(join(program, 'dist'));
  writeFileSync(join(program, 'dist', 'index.js'), outputText);
}

function withPasswords(program: string, stack: string): string {
  const path = join(program, `Pulumi.${stack}.yaml`);
  const given = ts.sys.fileExists(path) ? (load(readFileSync(path, 'utf8')) as { config: object }) : { config: {} };
  const secrets = {
    'kingbase:passwords': {
      system: 'Example12345',
      esrep: 'Example67890',
      // Of V8R3.
      supermanager: 'Example24680',
      pcp: 'Example13579',
      watchdog: 'Example11223',
    },
    'kingbase:keySeed': 'c2VlZCBvZiBhbiBleGFtcGxlIG9ubHksIG5ldmVyIHVzZWQ=',
  };
  const config = { ...given.config, ...secrets };
  writeFileSync(path, dump({ config }));
  return path;
}

describe('the examples', () => {
  it.each([
    ['existing-hosts', 'prod', 25, { readWrite: '192.0.2.100:54321' }],
    ['lab', 'lab', 25, { readWrite: '10.77.0.100:54321' }],
    ['restore-drill', 'prod', 40, {}],
    ['aws-three-zones', 'prod', 210, { readWrite: '10.20.0.9:54321,10.20.1.9:54321,10.20.2.9:54321' }],
    ['v8r3', 'prod', 15, { pool: '192.0.2.205:9999', database: '192.0.2.204:54321' }],
    ['kwdb', 'prod', 15, { rpo: { processKill: 'nothing that was acknowledged' } }],
    ['own-program', 'prod', 49, { readWrite: { shanghai: '192.0.2.100:54321', chengdu: '198.51.100.100:54321' } }],
  ])('%s is accepted and shows its endpoint at preview', async (name, stack, resources, outputs) => {
    const result = await preview(name, stack);
    expect(result.diagnostics.filter((each) => each.severity === 'error')).toEqual([]);
    expect(result.ok).toBe(true);
    expect(result.outputs).toMatchObject(outputs);
    expect(result.summary).toMatchObject({ create: resources });
  });

  it('own-program compiles against the types of the package', () => {
    const source = join(repository, 'examples', 'own-program', 'index.ts');
    const compiled = ts.createProgram([source], {
      module: ts.ModuleKind.Node20,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      // As an installed package resolves: to what dist/ declares.
      paths: { 'pulumi-kingbase': [join(repository, 'dist', 'index.d.ts')] },
    });
    const messages = ts
      .getPreEmitDiagnostics(compiled)
      .map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
    expect(messages).toEqual([]);
  });
});
