/** Directories and devices: room, kind, and that nothing of anybody else lies there. */
import { type Check, fail, hadData, isMember, isOurs, pass, type Judgement, warn } from '../check';
import type { Facts } from '../evidence';
import { MIN_FREE_PREFIX_MIB } from '../requirements';
import type { PreflightRequest } from '../types';

interface Place {
  readonly mount: string;
  readonly kind: string;
  readonly options: string;
  readonly freeMiB: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

function place(facts: Facts, name: string): Place {
  const [mount = '', , kind = '', options = ''] = facts.text(`fs.${name}.mount`).split(/\s+/);
  const [blocks = 0, size = 0, freeInodes = 0, inodes = 0] = facts.words(`fs.${name}.space`).map(Number);
  const freeMiB = Math.floor((blocks * size) / 1024 ** 2);
  return { mount, kind, options, freeMiB, inodes, freeInodes };
}

/** data and, where it is apart, wal: what each of these checks looks at. */
function dataPlaces(request: PreflightRequest): ('data' | 'wal')[] {
  return request.wal === undefined ? ['data'] : ['data', 'wal'];
}

function pathOf(request: PreflightRequest, name: 'data' | 'wal'): string {
  return name === 'data' ? request.data : (request.wal ?? '');
}

/** The worst of several judgements, found texts joined. */
function worst(judgements: readonly Judgement[]): Judgement {
  const order = ['PASS', 'WARN', 'FAIL'];
  const sorted = [...judgements].sort((a, b) => order.indexOf(b.verdict) - order.indexOf(a.verdict));
  return { ...(sorted[0] as Judgement), found: judgements.map((each) => each.found).join('; ') };
}

function judgeState(facts: Facts, request: PreflightRequest, name: 'data' | 'wal'): Judgement {
  const path = pathOf(request, name);
  const [state = '', ...names] = facts.text(`${name}.state`).split(' ');
  const wanted = 'absent or empty, or of this cluster';
  if (state === 'absent' || state === 'empty') {
    return hadData(facts)
      ? fail(
          `${path} is ${state}, but this node was set up before (${request.state})`,
          wanted,
          'Mount the volume that holds the data. If the data are lost: restore, or reclone this node, on purpose.',
        )
      : pass(`${path} is ${state}`, wanted);
  }
  if (isOurs(facts)) {
    return pass(`${path} is of this cluster`, wanted);
  }
  if (facts.text('data.database') === 'yes') {
    return unnotedDatabase(request, name);
  }
  return fail(
    `${path} holds ${names.join(' ') || state}`,
    wanted,
    `Nothing there is touched. Choose another directory, or move the content away: mv ${path} ${path}.old.`,
  );
}

/** Perhaps somebody else's; perhaps ours, where a host was installed anew and its data volume kept. Then it may be the newest data there are. */
function unnotedDatabase({ data, wal, state, bin }: PreflightRequest, name: 'data' | 'wal'): Judgement {
  const places = wal === undefined ? data : `${data} and ${wal}`;
  const found =
    name === 'data'
      ? `${data} holds a database, and no note of ours on this host (${state}) says whose`
      : `${wal ?? ''} may hold the WAL of the database in ${data}`;
  return fail(
    found,
    'absent or empty, or of this cluster',
    `Nothing there is touched. Compare the system identifier, here and on a node that runs: ${bin}/sys_controldata -D ${data}. ` +
      `Another: it is another database's, choose another directory. The same (a host installed anew that kept its volume): while another node is the primary, rename ${places} and keep what it holds until this node has joined anew as a standby. ` +
      `While there is no primary, rename nothing: these may be the newest data there are. Bring ${state} back from the old system disk or a backup of it, then run again.`,
  );
}

function judgeSpace(facts: Facts, request: PreflightRequest, name: 'data' | 'wal'): Judgement {
  const { mount, freeMiB } = place(facts, name);
  const found = `${freeMiB} MiB free on ${mount}`;
  const wanted = `≥ ${request.minFreeDiskMiB} MiB for ${pathOf(request, name)}`;
  return freeMiB < request.minFreeDiskMiB
    ? fail(found, wanted, 'Enlarge the volume or clear it. If the volume is not mounted at all, mount it first.')
    : pass(found, wanted);
}

function judgeInodes(facts: Facts, name: 'data' | 'wal'): Judgement {
  const { mount, inodes, freeInodes } = place(facts, name);
  const wanted = '≥ 5 % free';
  if (inodes === 0) {
    return pass(`${mount} counts none`, wanted);
  }
  const percent = Math.floor((100 * freeInodes) / inodes);
  const found = `${percent} % free on ${mount}`;
  const hint =
    'Remove small files, or make the file system anew with more inodes: at 0 a disk is full, whatever df says.';
  return percent < 1 ? fail(found, wanted, hint) : percent < 5 ? warn(found, wanted, hint) : pass(found, wanted);
}

function judgeKind(facts: Facts, name: 'data' | 'wal'): Judgement {
  const { mount, kind } = place(facts, name);
  const found = `${kind} on ${mount}`;
  const wanted = 'a local file system on a device (ext4, xfs)';
  if (/^(tmpfs|ramfs)$/.test(kind)) {
    return fail(found, wanted, 'It is gone after a reboot: mount a volume, or choose another directory.');
  }
  return /^(overlay|nfs4?|cifs|fuse.*|9p)$/.test(kind)
    ? warn(found, wanted, 'Use a local volume: such file systems break fsync or vanish with their container.')
    : pass(found, wanted);
}

function judgeWritable(facts: Facts, name: string): Judgement {
  const { mount, options } = place(facts, name);
  return options.split(',').includes('ro')
    ? fail(
        `${mount} is mounted read-only`,
        'mounted rw',
        `Look into dmesg for the reason (often a disk error), then: mount -o remount,rw ${mount}.`,
      )
    : pass(`${mount} rw`, 'mounted rw');
}

function judgeLink(facts: Facts, request: PreflightRequest, name: 'data' | 'wal'): Judgement {
  const path = pathOf(request, name);
  const real = facts.text(`${name}.real`);
  return real === path
    ? pass('no link', 'a path without links')
    : warn(
        `${path} leads to ${real}`,
        'a path without links',
        `Declare ${real}: backup tools refuse links, and a link hides which device holds the data.`,
      );
}

export const storageChecks: readonly Check[] = [
  {
    id: 'data-directory',
    group: 'storage',
    title: 'the data directory is empty, or ours',
    applies: isMember,
    judge: ({ facts, request }) => worst(dataPlaces(request).map((name) => judgeState(facts, request, name))),
  },
  {
    id: 'data-space',
    group: 'storage',
    title: 'room for data and WAL',
    applies: isMember,
    judge: ({ facts, request }) => worst(dataPlaces(request).map((name) => judgeSpace(facts, request, name))),
  },
  {
    id: 'data-inodes',
    group: 'storage',
    title: 'inodes for data and WAL',
    applies: isMember,
    judge: ({ facts, request }) => worst(dataPlaces(request).map((name) => judgeInodes(facts, name))),
  },
  {
    id: 'data-filesystem',
    group: 'storage',
    title: 'data lie on a file system that keeps them',
    applies: isMember,
    judge: ({ facts, request }) => worst(dataPlaces(request).map((name) => judgeKind(facts, name))),
  },
  {
    id: 'mounts-writable',
    group: 'storage',
    title: 'file systems are mounted for writing',
    applies: isMember,
    judge: ({ facts, request }) => worst([...dataPlaces(request), 'prefix'].map((name) => judgeWritable(facts, name))),
  },
  {
    id: 'data-links',
    group: 'storage',
    title: 'no symbolic link hides where data lie',
    applies: isMember,
    judge: ({ facts, request }) => worst(dataPlaces(request).map((name) => judgeLink(facts, request, name))),
  },
  {
    id: 'data-mount-point',
    group: 'storage',
    title: 'the data directory lies below a mount point, not on it',
    applies: isMember,
    judge: ({ facts, request }) =>
      facts.text('data.mountpoint') === 'yes' && !isOurs(facts)
        ? warn(
            `${request.data} is a mount point`,
            'a directory below one',
            `Use ${request.data}/data: a mount point cannot be renamed into place, has lost+found, and is an empty directory while the volume is not mounted.`,
          )
        : pass('below', 'a directory below one'),
  },
  {
    id: 'prefix-space',
    group: 'storage',
    title: 'room for programs and logs',
    applies: isMember,
    judge: ({ facts, request }) => {
      const least = MIN_FREE_PREFIX_MIB[request.install.source];
      const { mount, freeMiB } = place(facts, 'prefix');
      const found = `${freeMiB} MiB free on ${mount}`;
      const wanted = `≥ ${least} MiB for ${request.prefix}`;
      return freeMiB < least
        ? fail(found, wanted, 'Enlarge the volume, or choose another directories.prefix.')
        : pass(found, wanted);
    },
  },
  {
    id: 'prefix-executable',
    group: 'storage',
    title: 'programs below the prefix may run',
    applies: isMember,
    judge: ({ facts, request }) => {
      const { mount, options } = place(facts, 'prefix');
      return options.split(',').includes('noexec')
        ? fail(
            `${mount} is mounted noexec`,
            'a mount without noexec',
            `Remount it with exec, or choose another directories.prefix than ${request.prefix}.`,
          )
        : pass(`${mount} allows it`, 'a mount without noexec');
    },
  },
  {
    id: 'archive-device',
    group: 'storage',
    title: 'the WAL archive lies on another device than the data',
    applies: (request) => isMember(request) && request.archivesToDirectory,
    judge: ({ facts, request }) =>
      facts.text('fs.archive.device') === facts.text('fs.data.device')
        ? warn(
            `${request.archive} and ${request.data} share ${place(facts, 'data').mount}`,
            'two devices',
            'Put them apart: an archive that nobody clears fills the disk of the database, and one dead disk takes both.',
          )
        : pass('two devices', 'two devices'),
  },
];
