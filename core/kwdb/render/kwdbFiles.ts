/** Every file of ours on a node of KWDB; those of the backup stand in backupFiles.ts. Service, level and backup each have their own, so that a stack may declare one without the others. */
import { renderDraft, type Draft } from '../../render/draft';
import type { TemplateSet } from '../../render/template';
import type { RenderedFile } from '../../render/types';
import type { KwdbNode, KwdbSpec } from '../spec/types';
import * as paths from './paths';
import { program } from './program';
import * as views from './views';

const SHARED_SCRIPTS = ['daemons', 'instance', 'json', 'layout', 'node', 'operation'];
const UNITS = '/etc/systemd/system';
const NFT_RULES = '/etc/pulumi-kwdb/pulumi-kwdb.nft';

interface Given {
  readonly spec: KwdbSpec;
  readonly node: KwdbNode;
  readonly templates: TemplateSet;
}

/** What all of them stand on: configuration, the shared functions, the runner of actions. */
export function baseFiles({ spec, node, templates }: Given): readonly RenderedFile[] {
  const draft = (name: string, template: string, view: Draft['view']): RenderedFile =>
    renderDraft({ path: `${paths.KWDB_LIBRARY}/${name}`, template, format: 'shell', view }, templates);
  return [
    draft('kwdb.conf', 'kwdb/kwdb.conf', views.nodeConf(spec, node)),
    draft('action.conf', 'kwdb/action.conf', views.actionConf(spec, node)),
    program(templates, 'kwdb.sh', 'kwdb/kwdb.sh', '0644'),
    program(templates, 'action.sh', 'os/action.sh', '0755'),
    program(templates, 'cluster-lock.sh', 'os/cluster-lock.sh', '0755'),
    ...SHARED_SCRIPTS.map((name) => program(templates, `scripts/${name}.sh`, `scripts/${name}.sh`, '0644')),
    ...['kwdbRestore', 'crashRestart'].map((name) =>
      program(templates, `actions/${name}.sh`, `kwdb/actions/${name}.sh`, '0644'),
    ),
  ];
}

/** Puts the level back after each start of the server. */
export function levelFiles({ spec, templates }: Omit<Given, 'node'>): readonly RenderedFile[] {
  const drafts: Draft[] = [
    {
      path: `${UNITS}/${paths.KWDB_UNIT}.d/60-pulumi-kwdb-level.conf`,
      template: 'kwdb/kaiwudb.level.conf',
      format: 'word',
      view: { levelUnit: paths.LEVEL_UNIT },
    },
    {
      path: `${UNITS}/${paths.LEVEL_UNIT}`,
      template: 'kwdb/pulumi-kwdb-level.service',
      format: 'word',
      view: {
        cluster: spec.name,
        unit: paths.KWDB_UNIT,
        program: `${paths.KWDB_LIBRARY}/assert-level.sh`,
        timeoutSeconds: spec.wal.assertTimeoutSeconds + paths.WAIT_MARGIN_SECONDS,
      },
    },
  ];
  return [
    program(templates, 'assert-level.sh', 'kwdb/assert-level.sh', '0755'),
    ...drafts.map((draft) => renderDraft(draft, templates)),
  ];
}

/** How the server is started again, what is kept of a stop that was no clean one, and who reaches its ports. */
export function serviceFiles({ spec, node, templates }: Given): readonly RenderedFile[] {
  const { service } = spec;
  const drafts: Draft[] = [
    {
      path: `${UNITS}/${paths.KWDB_UNIT}.d/60-pulumi-kwdb-service.conf`,
      template: 'kwdb/kaiwudb.service.conf',
      format: 'word',
      view: {
        keepWal: `${paths.KWDB_LIBRARY}/keep-wal.sh`,
        copies: service.keepWalCopies,
        restart: service.restartOnFailure,
        restartSeconds: service.restartSeconds,
        stopTimeoutSeconds: service.stopTimeoutSeconds,
      },
    },
    // Not applied at once: every start of the unit does it, and a host whose kernel is not its own (a container) refuses it and runs KWDB all the same.
    { path: '/etc/sysctl.d/60-pulumi-kwdb.conf', template: 'kwdb/sysctl.conf', format: 'word', view: {} },
    { path: paths.DEPLOY_CFG, template: 'kwdb/deploy.cfg', format: 'word', view: views.deployView(spec, node) },
    ...firewallDrafts(spec),
  ];
  return [
    program(templates, 'keep-wal.sh', 'kwdb/keep-wal.sh', '0755'),
    ...drafts.map((draft) => renderDraft(draft, templates)),
  ];
}

function firewallDrafts(spec: KwdbSpec): readonly Draft[] {
  const has = (kind: string): boolean => spec.firewall === 'auto' || spec.firewall === kind;
  const firewalld: Draft = {
    path: '/etc/firewalld/policies/pulumi-kwdb.xml',
    template: 'kwdb/firewalld.policy.xml',
    format: 'xml',
    view: views.firewalldView(spec),
    onChange: 'firewalld',
  };
  const nftables: readonly Draft[] = [
    {
      path: NFT_RULES,
      template: 'kwdb/pulumi-kwdb.nft',
      format: 'word',
      view: views.nftView(spec),
      onChange: 'nftables',
    },
    {
      path: `${UNITS}/pulumi-kwdb-nftables.service`,
      template: 'kwdb/pulumi-kwdb-nftables.service',
      format: 'word',
      view: { cluster: spec.name, rules: NFT_RULES },
    },
    {
      path: `${UNITS}/multi-user.target.d/60-pulumi-kwdb.conf`,
      template: 'kwdb/pulumi-kwdb-nftables.wants.conf',
      format: 'word',
      view: {},
    },
  ];
  return [...(has('firewalld') ? [firewalld] : []), ...(has('nftables') ? nftables : [])];
}
