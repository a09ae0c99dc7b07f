/** What only shows when nodes are compared with one another. */
import { fail, type Judgement, pass, type Subject, warn } from '../check';
import type { CheckGroup } from '../types';
import { osRelease } from './system';

export interface CrossCheck {
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  /** Only hosts that could be asked; two or more. */
  readonly judge: (subjects: readonly Subject[]) => Judgement;
}

/** node → value, as `node1 a, node2 b`. */
function listed(subjects: readonly Subject[], value: (subject: Subject) => string): string {
  return subjects.map((subject) => `${subject.request.name} ${value(subject)}`).join(', ');
}

/** All the same, or a judgement that lists who has what. */
function same(
  subjects: readonly Subject[],
  value: (subject: Subject) => string,
  differ: (found: string, wanted: string, hint: string) => Judgement,
  hint: string,
): Judgement {
  const values = new Set(subjects.map(value));
  return values.size <= 1
    ? pass([...values][0] ?? 'nothing to compare', 'the same on every node')
    : differ(listed(subjects, value), 'the same on every node', hint);
}

function members(subjects: readonly Subject[]): Subject[] {
  return subjects.filter((subject) => subject.request.role !== 'repository');
}

export const crossChecks: readonly CrossCheck[] = [
  {
    id: 'machines-distinct',
    group: 'cluster',
    title: 'every node is a machine of its own',
    judge: (subjects) => {
      const ids = subjects.map((subject) => subject.facts.text('sys.machineId'));
      return new Set(ids).size === ids.length
        ? pass(`${ids.length} machines`, 'as many machine-ids as nodes')
        : fail(
            listed(subjects, (subject) => subject.facts.text('sys.machineId')),
            'as many machine-ids as nodes',
            'Two addresses lead to one host, or a host is a copy of another: run systemd-machine-id-setup on the copy (rm /etc/machine-id first) and restart it.',
          );
    },
  },
  {
    id: 'clocks-agree',
    group: 'cluster',
    title: 'clocks of the nodes agree',
    judge: (subjects) => {
      const known = subjects.filter((subject) => subject.runner.clockOffsetSeconds !== undefined);
      const offsets = known.map((subject) => subject.runner.clockOffsetSeconds as number);
      const most = Math.max(...subjects.map((subject) => subject.request.maxClockSkewSeconds));
      const skew = offsets.length === 0 ? 0 : Math.max(...offsets) - Math.min(...offsets);
      return skew > most
        ? fail(
            listed(known, (subject) => `${(subject.runner.clockOffsetSeconds as number).toFixed(2)} s`),
            `within ${most} s`,
            'Point all nodes to the same NTP servers and let them step (chronyc makestep).',
          )
        : pass(`${skew.toFixed(2)} s apart`, `within ${most} s`);
    },
  },
  {
    id: 'systems-equal',
    group: 'cluster',
    title: 'all nodes run the same system',
    judge: (subjects) =>
      same(
        subjects,
        ({ facts }) => `${osRelease(facts, 'ID')} ${osRelease(facts, 'VERSION_ID')}`,
        warn,
        'Bring them to one version: another C library sorts text differently, and indexes of a standby are then silently wrong.',
      ),
  },
  {
    id: 'architectures-equal',
    group: 'cluster',
    title: 'all database nodes have the same architecture',
    judge: (subjects) =>
      same(
        members(subjects),
        ({ facts }) => facts.text('sys.arch'),
        fail,
        'Streaming replication copies bytes: use one architecture.',
      ),
  },
  {
    id: 'programs-equal',
    group: 'cluster',
    title: 'all nodes have the same build of the programs',
    judge: (subjects) => {
      const known = members(subjects).filter(({ facts }) => facts.has('prefix.version'));
      return same(
        known,
        ({ facts }) => facts.text('prefix.version').split('\n')[0] ?? '',
        fail,
        'Install one build on every node.',
      );
    },
  },
  {
    id: 'mtu-equal',
    group: 'cluster',
    title: 'network devices have the same MTU',
    judge: (subjects) => {
      const known = subjects.filter(({ facts }) => facts.has('net.mtu'));
      return same(
        known,
        ({ facts }) => facts.text('net.mtu'),
        warn,
        'Set one MTU: with different ones small packets pass and large ones hang, so that ping works and cloning does not.',
      );
    },
  },
  {
    id: 'timezones-equal',
    group: 'cluster',
    title: 'all nodes show the same local time',
    judge: (subjects) =>
      same(
        subjects,
        ({ facts }) => facts.text('sys.timezone'),
        warn,
        'Run timedatectl set-timezone with one zone on every node: logs are compared at 3 a.m.',
      ),
  },
  {
    id: 'data-mounts-alike',
    group: 'cluster',
    title: 'data directories lie on a like mount everywhere',
    judge: (subjects) =>
      same(
        subjects.filter(({ request }) => request.role === 'database'),
        ({ facts }) => facts.text('fs.data.mount').split(/\s+/)[0] ?? '',
        fail,
        'Where the mount point is /, the volume is most probably not mounted: mount it, and put it into /etc/fstab.',
      ),
  },
  {
    id: 'os-user-ids-equal',
    group: 'cluster',
    title: 'the OS user has the same numbers everywhere',
    judge: (subjects) => {
      const known = subjects.filter(({ facts }) => facts.textOr('user.passwd', '') !== '');
      return same(
        known,
        ({ facts }) => facts.text('user.passwd').split(':').slice(2, 4).join(':'),
        warn,
        'Give it one uid and gid: files on shared or moved volumes then keep their owner.',
      );
    },
  },
];
