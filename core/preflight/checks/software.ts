/** Programs, licence, and traces of another cluster. */
import { parseRepmgrConf } from '../../render/parse/repmgrConf';
import { type Check, fail, isMember, isOurs, type Judgement, pass, type Subject, warn } from '../check';
import { licenseDaysLeft } from '../license';
import { PROGRAMS } from '../requirements';
import type { PreflightRequest } from '../types';

/** A program that is asked which version it is: by this preflight itself, by another one beside it, or by a person. */
const ASKS_VERSION = /\/(kingbase|repmgrd|kbha) (-V|--version)$/;

function usesExistingPrefix(request: PreflightRequest): boolean {
  return isMember(request) && request.install.source === 'existing';
}

/** The program that unpacks what sys_rman packs with the words of rmanOptions; gzip is part of every system. */
function unpackerOf({ rmanOptions }: PreflightRequest): string | undefined {
  if (rmanOptions.includes('zst')) return 'zstd';
  return rmanOptions.includes('lz4') ? 'lz4' : undefined;
}

function judgeLicense({ facts, request, runner }: Subject): Judgement {
  const { install } = request;
  const path = install.license ?? facts.text('license.path');
  const wanted = `valid for ≥ ${install.licenseMinDays} days`;
  const hint =
    'Order a licence in time and set install.license: without one the server does not start again after its next stop.';
  if (path === '') {
    return install.licenseRequired
      ? fail(
          'no license.dat in <prefix>/bin or beside the prefix',
          wanted,
          'Set install.license to the path of license.dat.',
        )
      : warn('no license.dat', wanted, 'The trial licence inside the package is used; it ends.');
  }
  const text = install.license === undefined ? facts.text('license.text') : runner.licenseText;
  if (text === undefined) {
    return fail(
      `${path} cannot be read`,
      wanted,
      'Correct install.license: it is a path on the machine that runs this.',
    );
  }
  const days = licenseDaysLeft(text, runner.nowEpochSeconds);
  if (days === undefined) {
    return warn(
      `${path}: no date that could be read`,
      wanted,
      'Once the server runs, ask it: select get_license_validdays();',
    );
  }
  const found =
    days === Infinity
      ? `${path}: no end`
      : days < 0
        ? `${path}: expired ${-days} days ago`
        : `${path}: ${days} days left`;
  if (days < 0) {
    return fail(found, wanted, hint);
  }
  return days < install.licenseMinDays ? fail(found, wanted, hint) : pass(found, wanted);
}

export const softwareChecks: readonly Check[] = [
  {
    id: 'programs-complete',
    group: 'software',
    title: 'the existing prefix holds every program',
    applies: usesExistingPrefix,
    judge: ({ facts, request }) => {
      const wanted = `${PROGRAMS.length} programs in ${request.bin}`;
      if (!facts.has('prefix.missing')) {
        return fail(
          `no directory ${request.bin}`,
          wanted,
          'Correct directories.prefix, or set install.source to media.',
        );
      }
      const missing = facts.words('prefix.missing');
      return missing.length === 0
        ? pass('all', wanted)
        : fail(
            `missing or not executable: ${missing.join(' ')}`,
            wanted,
            'Install the whole package there, or set install.source to media.',
          );
    },
  },
  {
    id: 'programs-version',
    group: 'software',
    title: 'the programs are of the declared version',
    applies: (request, facts) =>
      usesExistingPrefix(request) && (facts.has('prefix.version') || facts.reason('prefix.version') !== undefined),
    judge: ({ facts, request }) => {
      const found = facts.text('prefix.version').split('\n')[0] ?? '';
      const wanted = request.version === 'V8R6' ? 'V008R006' : 'V009';
      if (!/V\d{3}R\d{3}/.test(found)) {
        return warn(found, wanted, 'The build does not say its version; make sure that it is the declared one.');
      }
      return found.includes(wanted)
        ? pass(found, wanted)
        : warn(
            found,
            wanted,
            'Correct `version`: the two differ in where the cron line and the channel’s configuration lie.',
          );
    },
  },
  {
    id: 'initdb-password-file',
    group: 'software',
    title: 'initdb takes the password from a file',
    applies: (request, facts) =>
      usesExistingPrefix(request) && (facts.has('initdb.pwfile') || facts.reason('initdb.pwfile') !== undefined),
    judge: ({ facts, request }) => {
      const wanted = '--pwfile in the help of initdb';
      switch (facts.text('initdb.pwfile')) {
        case 'yes':
          return pass('--pwfile', wanted);
        case 'no':
          return fail(
            `${request.bin}/initdb does not list it`,
            wanted,
            'A password is never put on a command line (-x), where every user of the host can read it: use a newer build.',
          );
        default:
          return warn(
            'its help could not be read',
            wanted,
            `Run ${request.bin}/initdb --help as ${request.osUser}; where it lists no --pwfile, the bootstrap stops before it creates anything.`,
          );
      }
    },
  },
  {
    id: 'sys-rman-options',
    group: 'software',
    title: 'sys_rman knows the options beyond its manual',
    // Unpacked media are asked, too, once they are there.
    applies: (request, facts) => isMember(request) && request.rmanOptions.length > 0 && facts.has('rman.unknown'),
    judge: ({ facts, request }) => {
      const wanted = request.rmanOptions.join(' ');
      const unknown = facts.words('rman.unknown');
      const silent = facts.words('rman.silent');
      if (unknown.length > 0) {
        return fail(
          `${request.bin}/sys_rman does not know ${unknown.join(' ')}`,
          wanted,
          'Set backup.resources.archiveAsync: false and backup.resources.compress: none or gz, as the vendor documents them: archiving would stop.',
        );
      }
      return silent.length === 0
        ? pass(wanted, wanted)
        : warn(
            `its help does not say whether it knows ${silent.join(' ')}`,
            wanted,
            `Try it in a test cluster first. On this host, as ${request.osUser}: ${request.bin}/sys_rman help archive-push archive-async; ${request.bin}/sys_rman help backup compress-type.`,
          );
    },
  },
  {
    id: 'wal-unpacker',
    group: 'software',
    title: 'archived WAL can be unpacked on the host',
    // sys_rman unpacks by itself; restores and drills look for a moment, a transaction or a name in segments that they read back.
    applies: (request) => request.role !== 'witness' && unpackerOf(request) !== undefined,
    judge: ({ facts, request }) => {
      const program = unpackerOf(request) as string;
      const found = facts.words('sys.walUnpackers').find((path) => path.endsWith(`/${program}`));
      return found === undefined
        ? fail(
            `no ${program}`,
            program,
            `Install the package ${program}, or set backup.resources.compress: none or gz: without it a restore to a moment is refused, because archived WAL cannot be read.`,
          )
        : pass(found, program);
    },
  },
  {
    id: 'media-unpackable',
    group: 'software',
    title: 'media can be unpacked',
    applies: (request) => isMember(request) && request.install.source === 'media' && request.install.isZip,
    judge: ({ facts }) => {
      const found = facts.words('sys.unpackers');
      return found.length === 0
        ? fail('neither unzip nor bsdtar', 'unzip or bsdtar', 'Install unzip, or give the media as .tar.gz.')
        : pass(found.join(' '), 'unzip or bsdtar');
    },
  },
  {
    id: 'license',
    group: 'software',
    title: 'the licence is valid long enough',
    applies: isMember,
    judge: judgeLicense,
  },
  {
    id: 'no-other-cluster',
    group: 'software',
    title: 'the prefix belongs to no other cluster',
    applies: isMember,
    judge: ({ facts, request }) => {
      const text = facts.text('repmgr.conf');
      const wanted = 'no repmgr.conf, or that of this cluster';
      if (text === '') {
        return pass('none', wanted);
      }
      const values = parseRepmgrConf(text);
      const found = `${request.repmgrConf}: node_name ${values['node_name']}, data_directory ${values['data_directory']}`;
      const isThis = values['node_name'] === request.name && values['data_directory'] === request.data;
      return isThis && (isOurs(facts) || text.includes('pulumi-kingbase'))
        ? pass('of this cluster', wanted)
        : fail(
            found,
            wanted,
            'A cluster was set up here by other means. Nothing is touched: choose another prefix, or remove that cluster with its own tools.',
          );
    },
  },
  {
    id: 'no-other-backups',
    group: 'software',
    title: 'the host runs the backups of no other cluster',
    judge: ({ facts, request }) => {
      const found = facts.text('backup.cluster');
      const wanted = 'none, or those of this cluster';
      return found === '' || found === request.cluster
        ? pass(found === '' ? 'none' : 'of this cluster', wanted)
        : fail(
            `those of ${found}`,
            wanted,
            `Programs, cron entries and prefix would be those of both. Choose another host for the repository, or take ${found} down first.`,
          );
    },
  },
  {
    id: 'no-other-server',
    group: 'software',
    title: 'no other KingbaseES runs on the host',
    applies: isMember,
    judge: ({ facts, request }) => {
      const processes = facts
        .lines('processes')
        .map((line) => line.trim().replace(/\s+/g, ' '))
        .filter((line) => !ASKS_VERSION.test(line));
      const ofPrefix = processes.filter((line) => line.includes(`${request.prefix}/`) || line.includes(request.data));
      const others = processes.filter((line) => !ofPrefix.includes(line));
      if (ofPrefix.length > 0 && !isOurs(facts)) {
        return fail(
          ofPrefix.join('; '),
          'none of this prefix',
          'Somebody runs this prefix already. Stop it with its own tools (sys_monitor.sh stop), or choose another one.',
        );
      }
      return others.length > 0
        ? warn(
            others.join('; '),
            'no other',
            'Two databases on one host share memory, disks and the watchdog’s cron table.',
          )
        : pass('none', 'no other');
    },
  },
];
