// sys_rman.conf and sys_backup.conf as they land on the nodes: goldens for each placement, where secrets lie, and reading back what was written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { KingbaseError } from '../../../core/finding';
import { checkParameters } from '../../../core/parameters/checkParameters';
import { backupFiles } from '../../../core/render/backupFiles';
import { renderDraft } from '../../../core/render/draft';
import { parseSysRman } from '../../../core/render/parse/sysRman';
import type { RenderedFile } from '../../../core/render/types';
import type { ClusterSpec } from '../../../core/spec/types';
import { planCluster } from '../../../core/topology/planCluster';
import { makeBackedSpec, OBJECT_STORE } from '../../support/specs';

const templates = loadTemplates();
const CONF = '/kbrepo/kbbr_repo/sys_rman.conf';

const cases: Readonly<Record<string, ClusterSpec>> = {
  external: makeBackedSpec(),
  internal: makeBackedSpec({ repository: 'node2', encryption: 'aes-256-cbc', resources: { compress: 'gz' } }),
  async: makeBackedSpec({ resources: { archiveAsync: true, compress: 'zst', compressLevel: 1 } }),
  perNode: makeBackedSpec({ repository: { kind: 'perNode' } }, { version: 'V9' }),
  secondary: makeBackedSpec({ secondary: [{ node: 'repo', path: '/second/kbbr_repo' }] }, { version: 'V9' }),
  objectStore: makeBackedSpec({ s3: OBJECT_STORE, newerKeys: true }, { remoteChannel: 'securecmdd' }),
};

interface Both {
  readonly files: readonly RenderedFile[];
  readonly secretFiles: readonly RenderedFile[];
}

function render(spec: ClusterSpec, name: string): Both {
  const plan = planCluster(spec);
  const node = plan.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  const { files, secretFiles } = backupFiles(plan, node);
  const all = (drafts: typeof files): RenderedFile[] => drafts.map((draft) => renderDraft(draft, templates));
  return { files: all(files), secretFiles: all(secretFiles) };
}

/** Of one node, the whole text of its sys_rman.conf. */
function confOf(spec: ClusterSpec, name: string): string {
  const { files, secretFiles } = render(spec, name);
  return [...files, ...secretFiles].find(({ path }) => path.endsWith('/sys_rman.conf'))?.text ?? '';
}

describe('backupFiles', () => {
  it.each(Object.keys(cases))('renders the files of %s as the golden file has them', async (name) => {
    const spec = cases[name] as ClusterSpec;
    const texts = spec.nodes.flatMap((node) => {
      const { files, secretFiles } = render(spec, node.name);
      const shown = [...files, ...secretFiles].filter(({ path }) => path.endsWith('.conf'));
      return shown.map(({ path, mode, owner, text }) => `==> ${node.name} ${path} ${mode} ${owner}\n${text}`);
    });
    await expect(texts.join('\n')).toMatchFileSnapshot(`../../golden/backup/${name}.txt`);
  });

  it('has database nodes push ahead where that is declared, and archive-push alone: the host of the repository and what reads go on as they are', () => {
    const resources = { archiveAsync: true, archiveProcessMax: 3, compress: 'zst' };
    for (const name of ['node1', 'node2']) {
      const { global, ...sections } = parseSysRman(confOf(makeBackedSpec({ repository: 'node2', resources }), name));
      expect(global).not.toHaveProperty('archive-async');
      expect(global).toMatchObject({ 'compress-type': 'zst' });
      expect(sections['global:archive-push']).toEqual({
        'archive-async': 'y',
        'spool-path': '/home/kingbase/cluster/lab/kingbase/spool',
        'process-max': '3',
      });
    }
    expect(parseSysRman(confOf(makeBackedSpec({ resources }), 'repo'))).not.toHaveProperty('global:archive-push');
    expect(parseSysRman(confOf(makeBackedSpec(), 'node1'))).not.toHaveProperty('global:archive-push');
  });

  it('tells the vendor’s set-up script gz where it knows no better word', () => {
    const { files } = render(makeBackedSpec({ resources: { compress: 'zst' } }), 'repo');
    expect(files.find(({ path }) => path.endsWith('sys_backup.conf'))?.text).toContain('_compress_type=gz');
  });

  it('writes further keys on the repository and on each node, y and n for true and false', () => {
    const spec = makeBackedSpec({ parameters: { 'buffer-size': '4MiB', 'backup-standby': true, resume: 'N' } });
    for (const name of ['repo', 'node1']) {
      expect(confOf(spec, name)).toContain('\nbackup-standby=y\nbuffer-size=4MiB\nresume=n\n');
    }
  });

  it('lets nobody give a key a second time that it writes itself', () => {
    const texts = Object.values(cases).flatMap((spec) => spec.nodes.map(({ name }) => confOf(spec, name)));
    const keys = new Set(texts.flatMap((text) => text.match(/^[a-z0-9-]+(?==)/gm) ?? []));
    expect(keys.size).toBeGreaterThan(30);
    const taken = [...keys].filter((key) => checkParameters('sysRman', { [key]: 'y' }, 'V9').length === 0);
    expect(taken).toEqual([]);
    expect(() => makeBackedSpec({ parameters: { 'process-max': 8 } })).toThrow(
      'process-max is not set here: it follows from another field',
    );
  });

  it('renders nothing without backups', () => {
    const { backup: _none, ...spec } = cases.external as ClusterSpec;
    expect(render(spec, 'repo')).toEqual({ files: [], secretFiles: [] });
  });

  it('keeps the order of sections and keys in which the vendor writes them', () => {
    const keys = confOf(cases.external as ClusterSpec, 'repo').match(/^(\[\w+\]|[a-z0-9-]+)/gm);
    expect(keys?.slice(0, 12)).toEqual([
      ...['[kingbase]', 'kb1-path', 'kb1-port', 'kb1-user', 'kb1-host', 'kb1-host-user'],
      ...['kb2-path', 'kb2-port', 'kb2-user', 'kb2-host', 'kb2-host-user', 'kb3-path'],
    ]);
    expect(keys?.slice(16, 25)).toEqual([
      ...['[global]', 'repo1-path', 'repo1-retention-full', 'log-path', 'log-level-file', 'log-level-console'],
      ...['log-subprocess', 'process-max', 'compress-type'],
    ]);
  });

  it('names a node that holds the repository first, and without a host', () => {
    const { kingbase = {} } = parseSysRman(confOf(cases.internal as ClusterSpec, 'node2'));
    expect(kingbase['kb1-host']).toBeUndefined();
    expect(kingbase).toMatchObject({ 'kb2-host': '10.77.0.11', 'kb3-host': '10.77.0.13', 'kb1-user': 'esrep' });
  });

  it('knows with perNode no node but its own', () => {
    const { kingbase = {}, global = {} } = parseSysRman(confOf(cases.perNode as ClusterSpec, 'node3'));
    expect(Object.keys(kingbase)).toEqual(['kb1-path', 'kb1-port', 'kb1-user']);
    expect(global).toMatchObject({ 'backup-from': 'single-pro', 'archive-mode-check': 'n' });
  });

  it('lets every other node push to the repository’s host, and never to itself', () => {
    for (const name of ['node1', 'node3']) {
      const { global = {} } = parseSysRman(confOf(cases.internal as ClusterSpec, name));
      expect(global).toMatchObject({ 'repo1-host': '10.77.0.12', 'repo1-host-config': CONF });
    }
  });

  it('writes no key of newer builds unless it may', () => {
    const newer =
      /band-width|non-archived-space|repo-disk|backup-from|archive-mode-check|io-timeout|archive-statistics/;
    expect(confOf(cases.external as ClusterSpec, 'repo')).not.toMatch(newer);
    expect(confOf(cases.perNode as ClusterSpec, 'node1')).toMatch(newer);
  });

  it('reaches the nodes over sys_securecmdd where that is their channel, else as ssh finds them', () => {
    expect(confOf(cases.objectStore as ClusterSpec, 'repo')).toMatch(/^cmd-ssh=\/.*\/bin\/sys_securecmd$/m);
    expect(confOf(cases.external as ClusterSpec, 'repo')).not.toContain('cmd-ssh');
  });

  it('puts what holds a secret among the secret files, for the OS user only, and nothing secret elsewhere', () => {
    for (const [name, host, secrets] of [
      ['internal', 'node2', ['repoPassphrase']],
      ['objectStore', 'repo', ['s3Key', 's3KeySecret']],
    ] as const) {
      const { files, secretFiles } = render(cases[name] as ClusterSpec, host);
      const conf = secretFiles.find(({ path }) => path === CONF);
      expect(conf).toMatchObject({ mode: '0600', owner: 'kingbase:kingbase' });
      for (const secret of secrets) expect(conf?.text).toContain(`@@secret:${secret}@@`);
      for (const file of files) expect(file.text).not.toContain('@@secret');
      for (const file of secretFiles) expect(file.mode).toBe('0600');
    }
    expect(render(cases.external as ClusterSpec, 'repo').secretFiles).toEqual([]);
    expect(render(cases.internal as ClusterSpec, 'node1').secretFiles).toEqual([]);
  });

  it('gives back what was written, or refuses what the file cannot carry', () => {
    fc.assert(
      fc.property(hostile(), hostile(), (stanza, place) => {
        const given = cases.external as ClusterSpec;
        const path = `/kbrepo/${place}`;
        const backup = {
          ...given.backup,
          stanza,
          repositories: [{ kind: 'posix', node: 'repo', path }],
        } as typeof given.backup;
        let text: string;
        try {
          text = confOf({ ...given, backup }, 'repo');
        } catch (error) {
          expect(error).toBeInstanceOf(KingbaseError);
          return;
        }
        const sections = parseSysRman(text);
        expect(Object.keys(sections)).toEqual([stanza, 'global']);
        expect(sections.global?.['repo1-path']).toBe(path);
      }),
    );
  });
});

function hostile(): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    'a',
    '"',
    "'",
    '\n',
    '%',
    '$',
    ';',
    '#',
    ']',
    '=',
    ' ',
    '\\',
    '备份',
    '$(x)',
    '`',
    '\r',
    '-',
  );
  return fc.oneof(
    fc.array(pieces, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
    fc.constantFrom('kingbase', 'kes-1', '备份'),
  );
}
