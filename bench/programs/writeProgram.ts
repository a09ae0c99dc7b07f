// Programs made for the preview measurement: compiled JavaScript in a folder of its own that imports this package by name, as a user's would.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../lab/projectRoot';
import { fakeHostKey, madeUpCluster } from '../clusterInput';
import { PASSWORDS, type Stack } from '../labs';

export interface Program extends Pick<Stack, 'configFile' | 'stateFile'> {
  readonly folder: string;
}

/** `count` clusters of three nodes. */
export function clustersProgram(count: number): string {
  const clusters = Array.from({ length: count }, (_, index) => madeUpCluster(index, 3));
  return `'use strict';
const pulumi = require('@pulumi/pulumi');
const kingbase = require('pulumi-kingbase');

const passwords = pulumi.secret(${JSON.stringify(PASSWORDS)});
for (const cluster of ${JSON.stringify(clusters)}) {
  new kingbase.ha.Cluster(cluster.name, { ...cluster, passwords });
}
`;
}

/** `count` resources of the plainest kind that reaches a host: the same host and key, a command of one word. */
export function commandsProgram(count: number): string {
  const connection = { host: '198.18.0.11', user: 'ops', hostKey: fakeHostKey('plain') };
  return `'use strict';
const command = require('@pulumi/command');

for (let number = 1; number <= ${count}; number += 1) {
  new command.remote.Command(\`command\${number}\`, { connection: ${JSON.stringify(connection)}, create: 'true' });
}
`;
}

/** Lays the program into a temporary folder, works with it, and takes it away. */
export async function withProgram<T>(source: string, work: (program: Program) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kingbase-program-'));
  try {
    return await work(layProgram(folder, source));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function layProgram(folder: string, source: string): Program {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(projectRoot(), join(modules, 'pulumi-kingbase'));
  // The program's SDK and ours must be one: two would register into two worlds.
  symlinkSync(join(projectRoot(), 'node_modules', '@pulumi'), join(modules, '@pulumi'));
  write('package.json', JSON.stringify({ name: 'bench-program', private: true, main: 'index.js' }));
  write('Pulumi.yaml', 'name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.js\n');
  write('index.js', source);
  return { folder, configFile: write('Pulumi.bench.yaml', 'config: {}\n'), stateFile: join(folder, 'state.json') };
}
