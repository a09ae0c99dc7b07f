/** Files of the backup, for the node that runs it: its programs, timers, and how the places off that machine are reached. */
import { renderDraft, type Draft } from '../../render/draft';
import { Literal } from '../../render/escape';
import type { TemplateSet } from '../../render/template';
import type { RenderedFile } from '../../render/types';
import type { KwdbBackup, KwdbSchedule, KwdbSpec } from '../spec/types';
import * as paths from './paths';
import { program } from './program';
import * as views from './views';

const UNITS = '/etc/systemd/system';
const PROGRAMS = ['backup', 'verify', 'off-machine'];
const PARTS = ['export', 'objects', 'manifest', 'copies', 'retention'];
const STORE_PROGRAMS: readonly (readonly [string, string])[] = [
  ['object-store.py', 'kwdb/object-store.py'],
  ['s3.py', 'kwdb/s3.py'],
  ['aws.py', 'os/aws.py'],
];

interface Given {
  readonly spec: KwdbSpec;
  readonly templates: TemplateSet;
}

export function backupFiles({ spec, templates }: Given, backup: KwdbBackup): readonly RenderedFile[] {
  const drafts: readonly Draft[] = [
    {
      path: `${paths.KWDB_LIBRARY}/backup.conf`,
      template: 'kwdb/backup.conf',
      format: 'shell',
      view: views.backupConf(backup),
    },
    ...unitDrafts(spec, backup),
    ...placeDrafts(backup),
  ];
  const store = backup.objectStore === undefined ? [] : STORE_PROGRAMS;
  return [
    ...PROGRAMS.map((name) => program(templates, `${name}.sh`, `kwdb/${name}.sh`, '0755')),
    ...PARTS.map((name) => program(templates, `${name}.sh`, `kwdb/${name}.sh`, '0644')),
    ...store.map(([path, name]) => program(templates, path, name, '0644')),
    ...drafts.map((draft) => renderDraft(draft, templates)),
  ];
}

/** With placeholders: the values are filled in beside the node. */
export function backupSecretFiles(backup: KwdbBackup, templates: TemplateSet): readonly RenderedFile[] {
  if (backup.objectStore === undefined) return [];
  const key: Draft = {
    path: paths.STORE_KEY,
    template: 'kwdb/object-store.key',
    format: 'word',
    view: {},
    mode: '0600',
  };
  return [renderDraft(key, templates)];
}

function unitDrafts(spec: KwdbSpec, backup: KwdbBackup): readonly Draft[] {
  const { schedule, verify, timeoutSeconds } = backup;
  const service = (name: string, script: string, more: object): Draft => ({
    path: `${UNITS}/${name}.service`,
    template: `kwdb/${name}.service`,
    format: 'word',
    view: { cluster: spec.name, program: `${paths.KWDB_LIBRARY}/${script}`, timeoutSeconds, ...more },
  });
  const timer = (name: string, { calendar, intent }: KwdbSchedule): Draft => ({
    path: `${UNITS}/${name}.timer`,
    template: `kwdb/${name}.timer`,
    format: 'comment',
    view: { cluster: spec.name, intent, calendar: calendar.map((text) => ({ text: new Literal(text) })) },
    onChange: 'timers',
  });
  return [
    service(paths.BACKUP_UNIT, 'backup.sh', { unit: paths.KWDB_UNIT }),
    timer(paths.BACKUP_UNIT, schedule),
    service(paths.VERIFY_UNIT, 'verify.sh', {}),
    ...(verify.calendar.length === 0 ? [] : [timer(paths.VERIFY_UNIT, verify)]),
  ];
}

function placeDrafts(backup: KwdbBackup): readonly Draft[] {
  const { offMachine, objectStore } = backup;
  const hosts: Draft | undefined = offMachine && {
    path: paths.OFF_KNOWN_HOSTS,
    template: 'kwdb/known_hosts',
    format: 'key',
    view: views.knownHostView(offMachine),
  };
  const store: Draft | undefined = objectStore && {
    path: `${paths.KWDB_LIBRARY}/object-store.conf`,
    template: 'kwdb/object-store.conf',
    format: 'shell',
    view: views.objectStoreConf(backup, objectStore),
  };
  return [hosts, store].filter((draft) => draft !== undefined);
}
