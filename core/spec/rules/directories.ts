// Directories are absolute, plain, apart from one another where they must be, and never a system directory.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

// Making one of these ours (owner, mode 0700, cleaning) would break the host.
const SYSTEM = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib64',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
  '/var',
  '/var/lib',
  '/mnt',
  '/media',
];
const VOLATILE = ['/tmp', '/run', '/dev', '/proc', '/sys', '/var/tmp'];
const LONGEST = 200;

export const directories: Rule = (spec, given) => {
  const { prefix, data, wal } = spec.directories;
  const all: [string, string, string | undefined][] = [
    ['directories.prefix', prefix, given.directories?.prefix],
    ['directories.data', data, given.directories?.data],
    ['directories.wal', wal ?? '', wal],
    ['os.home', spec.os.home, given.os?.home],
  ];
  const wrongOnes = all.filter(([path, directory]) => directory !== '' && checkDirectory(path, directory).length > 0);
  // A default is only wrong where the field that it is made from is, and that is said there.
  const findings = wrongOnes.flatMap(([path, , written]) =>
    written === undefined ? [] : checkDirectory(path, written),
  );
  if (wrongOnes.length > 0) return findings;
  if (!prefix.endsWith('/kingbase')) {
    findings.push(
      wrong(
        'directories.prefix',
        `"${prefix}" does not end in /kingbase`,
        `write ${prefix}/kingbase: the vendor’s tools look for bin, etc and log there.`,
      ),
    );
  }
  if (isInside(prefix, data)) {
    findings.push(
      wrong(
        'directories.data',
        `"${data}" holds the installation directory "${prefix}"`,
        'choose a data directory that nothing else lies in.',
      ),
    );
  }
  for (const own of ['bin', 'etc', 'log', 'archive', 'lib', 'share']) {
    if (isInside(data, `${prefix}/${own}`)) {
      findings.push(
        wrong(
          'directories.data',
          `"${data}" lies in "${prefix}/${own}", which is used for something else`,
          `choose ${prefix}/data or a directory of its own.`,
        ),
      );
    }
  }
  if (data === spec.os.home) {
    findings.push(
      wrong(
        'directories.data',
        `"${data}" is the home directory of ${spec.os.user}`,
        `choose a directory below it, for example ${data}/data.`,
      ),
    );
  }
  if (wal !== undefined) findings.push(...checkWal(wal, data, prefix));
  return findings;
};

/** Absolute, plain, nobody else's: of any directory that a user names. */
export function checkDirectory(path: string, directory: string): Finding[] {
  if (!directory.startsWith('/'))
    return [wrong(path, `"${directory}" is not absolute`, 'start it with /; ~ and variables are not expanded.')];
  if (directory !== '/' && directory.endsWith('/'))
    return [wrong(path, `"${directory}" ends in /`, `write ${directory.replace(/\/+$/, '') || '/'}.`)];
  if (
    directory
      .split('/')
      .some((part, index) => index > 0 && directory !== '/' && (part === '' || part === '.' || part === '..'))
  ) {
    return [
      wrong(
        path,
        `"${directory}" has an empty part, . or .. in it`,
        'write the plain path; a relative or double path makes repmgr and sys_rman refuse the data directory.',
      ),
    ];
  }
  if (SYSTEM.includes(directory))
    return [
      wrong(path, `"${directory}" is a directory of the system`, 'choose a directory of its own for this cluster.'),
    ];
  const volatile = VOLATILE.find((place) => isInside(directory, place));
  if (volatile !== undefined)
    return [
      wrong(
        path,
        `"${directory}" lies in ${volatile}, which a reboot or a cleaner empties`,
        'choose a directory on a disk.',
      ),
    ];
  if (!/^[A-Za-z0-9_./-]+$/.test(directory)) {
    return [
      wrong(
        path,
        `"${directory}" has characters other than letters, digits, _ . - and /`,
        'the vendor’s shell scripts read paths without quotes; choose a plain one.',
      ),
    ];
  }
  if (directory.length > LONGEST)
    return [
      wrong(path, `is ${directory.length} characters long, at most ${LONGEST} allowed`, 'choose a shorter path.'),
    ];
  return [];
}

function checkWal(wal: string, data: string, prefix: string): Finding[] {
  if (wal === data || isInside(wal, data)) {
    return [
      wrong(
        'directories.wal',
        `"${wal}" lies in the data directory "${data}"`,
        'choose a directory outside it, or leave directories.wal out.',
      ),
    ];
  }
  if (isInside(data, wal)) {
    return [
      wrong('directories.wal', `"${wal}" holds the data directory "${data}"`, 'choose two directories side by side.'),
    ];
  }
  if (wal === prefix || isInside(prefix, wal)) {
    return [
      wrong(
        'directories.wal',
        `"${wal}" holds the installation directory "${prefix}"`,
        'choose a directory of its own.',
      ),
    ];
  }
  return [];
}

/** Whether `inner` is `outer` or lies below it. */
export function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}

function wrong(path: string, message: string, hint: string): Finding {
  return { code: 'spec/bad-directory', path, message, hint };
}
