// What a newcomer copies from the pages works: commands exist, the configuration is accepted, links lead somewhere, and both languages say the same.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseClusterSpec } from '../../core/spec/parseClusterSpec';
import { hostKey } from '../core/spec/exampleCluster';

const ROOT = join(__dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
/** Every page that has a Chinese twin. */
const pairs = [
  ['README.md', 'README.zh-CN.md'],
  ...readdirSync(join(ROOT, 'docs'))
    // The English page of faults is generated from their table; the Chinese one explains it.
    .filter((name) => name.endsWith('.zh-CN.md') && name !== 'diagnosis.zh-CN.md')
    .map((name) => [`docs/${name.replace('.zh-CN', '')}`, `docs/${name}`] as const),
] as const;
const pages = [
  'CONTRIBUTING.md',
  ...pairs.flat(),
  ...readdirSync(join(ROOT, 'examples')).map((name) => `examples/${name}/README.md`),
];

interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

/** Fenced blocks without comments: those are translated, the commands are not. */
function blocks(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    lines: body
      .split('\n')
      .map((line) =>
        line
          .replace(/\s+(#|\/\/)\s.*$/, '')
          .replace(/\/\*.*\*\//, '/* */')
          .replace(/<[^>]*>/g, '<>')
          .trimEnd(),
      )
      // Lines for people: comments of their own, and the words beside a command of another shell.
      .map((line) => line.replace(/^([#$] .*?)\s{3,}.*$/, '$1'))
      .filter((line) => line !== '' && !/^\s*\/\//.test(line)),
  }));
}

const codeOf = (path: string) => blocks(read(path)).filter(({ language }) => language !== 'mermaid');

describe.each(pairs)('%s and %s', (english, chinese) => {
  it('show the same commands and code', () => {
    expect(codeOf(chinese)).toEqual(codeOf(english));
  });

  it('have the same chapters, and tables of the same size', () => {
    const shape = (path: string) =>
      read(path)
        .match(/^(#+ |\| -|\|)/gm)
        ?.map((mark) => mark.trim());
    expect(shape(chinese)).toEqual(shape(english));
  });

  it('name the same settings, files and programs', () => {
    const names = (path: string) =>
      [
        ...new Set(
          [
            ...read(path)
              .replace(/^```[\s\S]*?^```$/gm, '')
              .matchAll(/`([^`\n]+)`/g),
          ].map(([, name = '']) => name.replace(/<[^>]*>/g, '<>')),
        ),
      ].sort();
    expect(names(chinese)).toEqual(names(english));
  });
});

describe.each(pages)('%s', (page) => {
  it('names only npm scripts that there are', () => {
    const named = [...read(page).matchAll(/npm run (?:-s )?([a-z][a-z:]*)/g)].map(([, name = '']) => name);
    // An example has a build of its own.
    const known = new Set([...Object.keys(scripts), ...(page.startsWith('examples/') ? ['build'] : [])]);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('links only to files that there are', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });
});

describe('the pause in the operating page', () => {
  /** What a line stops or starts, in the order of the page. */
  const layers = ['automation.sh', 'service', 'kbha', 'repmgrd', 'sys_ctl'] as const;
  const layerOf = (line: string): string | undefined =>
    layers.find((layer) => line.replace('hamgrd.pid', 'repmgrd').includes(layer));

  it.each(['docs/operating.md', 'docs/operating.zh-CN.md'])('stops all layers and starts them again: %s', (page) => {
    const [stop = [], start = []] = codeOf(page)
      .map(({ lines }) => lines)
      .filter((lines) => lines.some((line) => /automation\.sh (pause|resume)/.test(line)));
    expect(stop.map(layerOf)).toEqual(['automation.sh', 'service', 'kbha', 'repmgrd', 'sys_ctl']);
    expect(start.map(layerOf)).toEqual(['sys_ctl', 'repmgrd', 'kbha', 'service', 'automation.sh']);
    expect(start[3]).toContain('unpause');
  });
});

describe('the configuration in the README', () => {
  it('is accepted as printed, once the host keys are real', () => {
    const yaml =
      codeOf('README.md')
        .find(({ language }) => language === 'yaml')
        ?.lines.join('\n') ?? '';
    const { config } = load(yaml) as { config: { 'kingbase:cluster': { nodes: readonly object[] } } };
    const cluster = config['kingbase:cluster'];
    const nodes = cluster.nodes.map((node, index) => ({ ...node, hostKey: hostKey(index + 1) }));
    expect(parseClusterSpec({ ...cluster, nodes })).toMatchObject({ ok: true });
  });
});
