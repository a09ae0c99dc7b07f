/** The strict template language: what mustache lets through silently is an error here. */
import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../../components/templates';
import { KingbaseError } from '../../../core/finding';
import { actionView } from '../../../core/render/actionFiles';
import { backupFiles } from '../../../core/render/backupFiles';
import { escapes, Literal } from '../../../core/render/escape';
import { endpointDrafts } from '../../../core/render/endpointFiles';
import { drillView, repositoryView } from '../../../core/render/drillFiles';
import { metricsDrafts } from '../../../core/render/metricsFiles';
import { preloadList, settingsView } from '../../../core/render/settings';
import { renderTemplate, templateNames, type View } from '../../../core/render/template';
import * as views from '../../../core/render/views';
import { planCluster } from '../../../core/topology/planCluster';
import { backupTarget } from '../../support/backupTarget';
import { makeBackedSpec, makeSpec, makeWitnessSpec, OBJECT_STORE } from '../../support/specs';

const render = (text: string, view: View) => renderTemplate({ t: text }, 't', 'word', view);

describe('renderTemplate', () => {
  it('fills in names, lists, conditions and their opposites', () => {
    const text =
      '{{! note }}{{a}} {{n}}\n{{#list}}\n- {{x}}\n{{/list}}\n{{#yes}}\nyes {{a}}\n{{/yes}}\n{{^no}}\nnot {{a}}\n{{/no}}\n{{{raw}}}\n';
    const view = { a: 'A', n: 0, list: [{ x: '1' }, { x: '2' }], yes: true, no: false, raw: new Literal("'x y'") };
    expect(render(text, view)).toBe("A 0\n- 1\n- 2\nyes A\nnot A\n'x y'\n");
  });

  it.each<[string, string, View, string]>([
    ['a missing name', '{{a}}', {}, 'template t: no value for "a"'],
    [
      'a name that only the parent of a list item has',
      '{{#l}}{{a}}{{/l}}',
      { a: 'x', l: [{}] },
      'template t: no value for "a"',
    ],
    ['a name that every object inherits', '{{toString}}', {}, 'template t: no value for "toString"'],
    ['a list where a value stands', '{{a}}', { a: [] }, 'template t: "a" is not a string or a number'],
    [
      '0 as a condition',
      '{{#a}}x{{/a}}',
      { a: 0 },
      'template t: "a" opens a section, so it must be a boolean or a list',
    ],
    ['unquoted text', '{{{a}}}', { a: 'x' }, 'template t: "a" stands unquoted, so it must be a Literal'],
    ['a partial', '{{>p}}', {}, 'template t: {{>p}} is not used here'],
  ])('refuses %s', (_, text, view, message) => {
    expect(() => render(text, view)).toThrow(message);
  });

  it('names the template that does not exist', () => {
    expect(() => renderTemplate({}, 'os/nothing', 'word', {})).toThrow('there is no template os/nothing');
  });

  it('says in which template and at which name a value was refused', () => {
    expect(() => render('{{a}}', { a: 'x y' })).toThrow(KingbaseError);
    expect(() => render('{{a}}', { a: 'x y' })).toThrow(
      /^t: a: "x y" has a character that means something else in this file\nHINT: /,
    );
  });
});

const templates = loadTemplates();

/** Each template with the views of a rich and a poor case: together they must use every name, and no name may be left over. */
function viewsOf(): Record<string, View[]> {
  const result: Record<string, View[]> = {};
  const add = (name: string, view: View) => (result[name] ??= []).push(view);
  for (const spec of [makeSpec({ database: { parameters: { work_mem: '8MB' } } }), makeWitnessSpec()]) {
    const plan = planCluster(spec);
    const node = plan.nodes[0]!;
    add('v8r6/repmgr.conf', views.repmgrView(plan, node));
    add('v8r6/es_rep.conf', settingsView(spec, node.paths, true));
    add('v8r6/sys_hba.conf', views.hbaView(plan));
    add('v8r6/kingbase.conf', { preload: preloadList(spec) });
    add('v8r6/KINGBASECRON', views.cronView(node));
    add('v8r6/kbpass', views.passwordView(plan));
    add('os/automation.sh', views.automationView(plan, node));
    add('os/ssh_config', views.sshConfigView(plan, node));
    add('os/known_hosts', views.knownHostsView(plan, node));
    add('os/authorized_keys', views.authorizedKeysView(node, { node1: 'ssh-ed25519 AAAA' }));
    add('os/securecmdd_config', views.securecmddView(plan, node));
    add('os/securecmdd.service', { bin: '', config: '' });
    add('os/firewalld.service.xml', { cluster: '', port: 1 });
    add('os/firewalld.policy.xml', views.firewalldPolicyView(node));
    add('os/pulumi-kingbase.nft', views.nftView(node));
    add('os/pulumi-kingbase-nftables.service', { rules: '' });
    add('os/pulumi-kingbase-nftables.wants.conf', {});
    add('os/sysctl.conf', {});
    add('os/limits.conf', { user: '' });
    add('os/logind.conf', {});
    add('os/sudoers', { user: '', automation: '', lock: '' });
    add('os/action.conf', actionView(plan, node));
    add('os/logrotate', { log: '', user: '', group: '' });
    add('os/backup-job.sh', { state: node.paths.state, repositories: 1 });
    add('os/repository.sh', repositoryView(plan, node, backupTarget()));
    add('os/restoring.sh', {});
    add('os/verify.sh', {});
    add('os/drill.sh', drillView(plan, node, backupTarget()));
  }
  addBackupFiles(add);
  addEndpointFiles(add);
  addMetricsFiles(add);
  return result;
}

/** Repository and nodes of two clusters: a directory on a host of its own, and an object store. */
function addBackupFiles(add: (name: string, view: View) => void): void {
  for (const spec of [
    makeBackedSpec({ parameters: { resume: 'y' } }),
    makeBackedSpec({ newerKeys: true, encryption: 'aes-256-cbc', s3: OBJECT_STORE, parameters: { resume: 'y' } }),
  ]) {
    const plan = planCluster(spec);
    for (const node of plan.nodes) {
      const { files, secretFiles } = backupFiles(plan, node);
      for (const draft of [...files, ...secretFiles]) add(draft.template, draft.view);
    }
  }
}

/** A health check and a mover. */
function addEndpointFiles(add: (name: string, view: View) => void): void {
  const common = {
    addresses: ['10.77.0.90'],
    checkPort: 8008,
    checkSources: [],
    checkIntervalSeconds: 5,
    ttlSeconds: 5,
  };
  for (const kind of ['loadBalancer', 'secondaryAddress'] as const) {
    const plan = planCluster({ ...makeSpec(), endpoint: { ...common, kind, fence: 'majority' } });
    for (const draft of endpointDrafts(plan, plan.nodes[0]!)) add(draft.template, draft.view);
  }
}

/** A node that reports its volumes to its cloud. */
function addMetricsFiles(add: (name: string, view: View) => void): void {
  const volumes = [{ name: 'data', mountPoint: '/kbdata', roles: ['database'] as const }];
  const plan = planCluster({
    ...makeSpec(),
    metrics: { kind: 'cloudWatch', region: 'cn-north-1', namespace: 'pulumi-kingbase/c', volumes },
  });
  for (const draft of metricsDrafts(plan, plan.nodes[0]!)) add(draft.template, draft.view);
}

function namesOf(view: View): string[] {
  return Object.entries(view).flatMap(([name, value]) =>
    Array.isArray(value) ? [name, ...(value as View[]).flatMap(namesOf)] : [name],
  );
}

describe('the templates', () => {
  const all = viewsOf();

  it('are all tested here', () => {
    expect(Object.keys(all).sort()).toEqual(
      Object.keys(templates)
        .filter((name) => /^(v8r6|os)\//.test(name))
        .sort(),
    );
  });

  it.each(Object.keys(all))('%s uses exactly the names of its view', (name) => {
    const names = new Set((all[name] as View[]).flatMap(namesOf));
    expect(templateNames(templates[name] as string)).toEqual([...names].sort());
  });
});

describe('escapes', () => {
  it.each([
    ['repmgr', 'say 5% $HOME; 中文', 'say 5% $HOME; 中文'],
    ['kingbase', `it's a \\ "x" 中文`, `it''s a \\\\ "x" 中文`],
    ['word', '10.0.0.0/24', '10.0.0.0/24'],
    ['word', 'fd00::1', 'fd00::1'],
    ['word', '/数据/data', '/数据/data'],
    ['sudoers', 'kingbase', 'kingbase'],
    ['cron', '*/1 * * * * x; y # z', '*/1 * * * * x; y # z'],
    ['xml', `<a & "b" 'c'>`, '&lt;a &amp; &quot;b&quot; &apos;c&apos;&gt;'],
    ['shell', `it's $HOME`, `it'\\''s $HOME`],
    ['comment', '# $x', '# $x'],
    ['pgpass', 'a:b\\c', 'a\\:b\\\\c'],
    ['key', '[10.0.0.1]:8890', '[10.0.0.1]:8890'],
  ] as const)('%s writes %j as %j', (format, value, written) => {
    expect(escapes[format](value)).toBe(written);
  });

  it.each([
    ['repmgr', "it's"],
    ['repmgr', 'a # b'],
    ['repmgr', 'a\\b'],
    ['word', ''],
    ['word', 'a b'],
    ['word', '-o'],
    ['word', '@group'],
    ['word', 'a$b'],
    ['word', 'a;b'],
    ['word', 'a%b'],
    ['sudoers', 'ALL'],
    ['sudoers', '%wheel'],
    ['sudoers', 'a,b'],
    ['cron', '50%'],
    ['key', 'ssh-ed25519 AAAA'],
    ['key', ''],
  ] as const)('%s refuses %j', (format, value) => {
    expect(() => escapes[format](value)).toThrow(KingbaseError);
  });

  // yaml writes them so that its reader gives them back: test/core/aws/plan.test.ts.
  it.each((Object.keys(escapes) as (keyof typeof escapes)[]).filter((format) => format !== 'yaml'))(
    '%s refuses line breaks and control characters',
    (format) => {
      for (const value of ['a\nb', 'a\rb', 'a\u0000b', 'a\u2028b', 'a\u001bb']) {
        expect(() => escapes[format](value)).toThrow(KingbaseError);
      }
    },
  );
});
