/** Memory, pages and swap. */
import { type Check, fail, isMember, pass, warn } from '../check';
import { MissingEvidence, type Facts } from '../evidence';

/** A row of /proc/meminfo as it stands (kB, or pages for HugePages_*). */
function memInfo(facts: Facts, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(facts.text('mem.info'));
  if (match === null) {
    throw new MissingEvidence('mem.info', `/proc/meminfo has no ${name}`);
  }
  return Number(match[1]);
}

function mib(kilobytes: number): number {
  return Math.floor(kilobytes / 1024);
}

export const memoryChecks: readonly Check[] = [
  {
    id: 'memory-available',
    group: 'memory',
    title: 'enough memory is available',
    judge: ({ facts, request }) => {
      const available = mib(memInfo(facts, 'MemAvailable'));
      const found = `${available} MiB of ${mib(memInfo(facts, 'MemTotal'))} MiB`;
      const wanted = `≥ ${request.minFreeMemoryMiB} MiB`;
      return available < request.minFreeMemoryMiB
        ? fail(
            found,
            wanted,
            'Stop what uses it, or give the host more: the kernel kills the largest process first, which is the database.',
          )
        : pass(found, wanted);
    },
  },
  {
    id: 'shared-buffers',
    group: 'memory',
    title: 'shared_buffers fits into memory',
    applies: isMember,
    judge: ({ facts, request }) => {
      const total = mib(memInfo(facts, 'MemTotal'));
      const found = `${request.sharedBuffersMiB} MiB of ${total} MiB`;
      const wanted = '≤ 40 % of memory';
      const hint = 'Lower database.parameters.shared_buffers; sessions, sorting and the page cache need the rest.';
      if (request.sharedBuffersMiB > 0.75 * total) {
        return fail(found, wanted, hint);
      }
      return request.sharedBuffersMiB > 0.4 * total ? warn(found, wanted, hint) : pass(found, wanted);
    },
  },
  {
    id: 'swap-used',
    group: 'memory',
    title: 'the host does not live from swap',
    judge: ({ facts }) => {
      const total = mib(memInfo(facts, 'SwapTotal'));
      const used = total - mib(memInfo(facts, 'SwapFree'));
      const found = total === 0 ? 'no swap' : `${used} of ${total} MiB used`;
      return total > 0 && used > total / 2
        ? warn(
            found,
            'less than half used',
            'Find out who swaps: a database in swap answers too late for every time-out of the failover.',
          )
        : pass(found, 'less than half used');
    },
  },
  {
    id: 'huge-pages',
    group: 'memory',
    title: 'huge pages suffice where they are demanded',
    applies: isMember,
    judge: ({ facts, request }) => {
      const free = Math.floor((memInfo(facts, 'HugePages_Free') * memInfo(facts, 'Hugepagesize')) / 1024);
      const found = `${free} MiB free in huge pages, huge_pages=${request.hugePages}`;
      const wanted = `≥ ${request.sharedBuffersMiB} MiB with huge_pages=on`;
      return request.hugePages === 'on' && free < request.sharedBuffersMiB
        ? fail(found, wanted, 'Raise vm.nr_hugepages, or set huge_pages to try: with on the server does not start.')
        : pass(found, wanted);
    },
  },
  {
    id: 'transparent-huge-pages',
    group: 'memory',
    title: 'transparent huge pages are not always on',
    judge: ({ facts }) => {
      const found = /\[(\w+)\]/.exec(facts.text('mem.thp'))?.[1] ?? 'absent';
      return found === 'always'
        ? warn(
            found,
            'madvise or never',
            'Boot with transparent_hugepage=madvise: background merging stalls the database for seconds.',
          )
        : pass(found, 'madvise or never');
    },
  },
  {
    id: 'overcommit',
    group: 'memory',
    title: 'strict overcommit leaves room for shared memory',
    applies: isMember,
    judge: ({ facts, request }) => {
      const mode = facts.text('sysctl.vm.overcommit_memory');
      const room = mib(memInfo(facts, 'CommitLimit') - memInfo(facts, 'Committed_AS'));
      const found = mode === '2' ? `mode 2, ${room} MiB left` : `mode ${mode}`;
      const wanted = `${request.sharedBuffersMiB} MiB left in mode 2`;
      return mode === '2' && room < request.sharedBuffersMiB
        ? warn(
            found,
            wanted,
            'Raise vm.overcommit_ratio (the vendor names 90): the server does not start when its memory may not be promised.',
          )
        : pass(found, wanted);
    },
  },
];
