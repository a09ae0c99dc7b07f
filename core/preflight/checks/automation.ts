/** Cron, which keeps kbha alive, and what else starts a database by itself. */
import { CRON_FILE } from '../../topology/cronFile';
import { parseKbhaCron, type KbhaCronLine } from '../../render/parse/cron';
import { type Check, fail, isMember, isOurs, pass, warn } from '../check';
import type { Facts } from '../evidence';
import type { PreflightRequest } from '../types';

interface CronService {
  readonly id: string;
  readonly isActive: boolean;
  readonly tasksMax: string;
}

function cronServices(facts: Facts): CronService[] {
  return facts
    .text('cron.service')
    .split(/\n\n+/)
    .map((part) => Object.fromEntries(part.split('\n').map((line) => line.split('=') as [string, string])))
    .filter((unit) => unit['LoadState'] === 'loaded')
    .map((unit) => ({
      id: unit['Id'] ?? '',
      isActive: unit['ActiveState'] === 'active',
      tasksMax: unit['TasksMax'] ?? '',
    }));
}

interface FoundLine extends KbhaCronLine {
  readonly place: string;
  readonly isExpected: boolean;
}

function cronLines(facts: Facts, request: PreflightRequest): FoundLine[] {
  const system = facts.lines('cron.system').flatMap((entry) => {
    const [, path = '', text = ''] = /^([^:]*):(.*)$/.exec(entry) ?? [];
    const isExpected = request.cronForm === 'cron.d' && path === CRON_FILE;
    return parseKbhaCron(text, 'cron.d').map((line) => ({ ...line, place: path, isExpected }));
  });
  const user = facts.lines('cron.user').flatMap((text) =>
    parseKbhaCron(text, 'crontab').map((line) => ({
      ...line,
      place: `crontab of ${request.osUser}`,
      isExpected: request.cronForm === 'crontab',
    })),
  );
  return [...system, ...user];
}

export const automationChecks: readonly Check[] = [
  {
    id: 'cron-running',
    group: 'automation',
    title: 'cron runs',
    applies: isMember,
    judge: ({ facts }) => {
      const services = cronServices(facts);
      const active = services.find((service) => service.isActive);
      return active === undefined
        ? fail(
            services.length === 0 ? 'no cron.service, no crond.service' : `${services[0]?.id} does not run`,
            'cron or crond active',
            'Install cron and run systemctl enable --now cron (crond): it is what brings the node back after a reboot.',
          )
        : pass(`${active.id} active`, 'cron or crond active');
    },
  },
  {
    id: 'cron-tasks',
    group: 'automation',
    title: 'cron may start as many processes as a database has sessions',
    applies: isMember,
    judge: ({ facts }) => {
      const service = cronServices(facts)[0];
      const found = service === undefined ? 'no cron' : `TasksMax=${service.tasksMax}`;
      const isEnough = service !== undefined && (service.tasksMax === 'infinity' || Number(service.tasksMax) >= 65535);
      return isEnough
        ? pass(found, 'TasksMax ≥ 65535')
        : warn(
            found,
            'TasksMax ≥ 65535',
            'Run systemctl edit cron (crond) and set [Service] TasksMax=infinity: a database that kbha started counts as cron’s.',
          );
    },
  },
  {
    id: 'cron-allowed',
    group: 'automation',
    title: 'the OS user may use cron',
    applies: isMember,
    judge: ({ facts, request }) => {
      const allow = facts.words('cron.allow');
      const isDenied = facts.words('cron.deny').includes(request.osUser);
      const isLeftOut = allow.length > 0 && !allow.includes(request.osUser);
      if (!isDenied && !isLeftOut) {
        return pass('allowed', 'allowed');
      }
      const found = isLeftOut ? 'not in /etc/cron.allow' : 'in /etc/cron.deny';
      const hint = isLeftOut
        ? `Run echo ${request.osUser} >> /etc/cron.allow as root.`
        : `Take ${request.osUser} out of /etc/cron.deny.`;
      return request.cronForm === 'crontab' ? fail(found, 'allowed', hint) : warn(found, 'allowed', hint);
    },
  },
  {
    id: 'cron-lines',
    group: 'automation',
    title: 'no foreign or double line of kbha in any cron table',
    applies: isMember,
    judge: ({ facts, request }) => {
      const lines = cronLines(facts, request);
      const shown = (each: FoundLine) => `${each.place}: ${each.active ? '' : '#'}${each.command}`;
      const foreign = lines.filter((line) => line.active && !line.command.includes(request.bin));
      const wanted = 'none, or one of this cluster';
      if (foreign.length > 0) {
        return fail(
          foreign.map(shown).join('; '),
          wanted,
          'Another cluster lives on this host. Remove it first, or choose another host.',
        );
      }
      const active = lines.filter((line) => line.active);
      if (active.length > 1 || active.some((line) => !line.isExpected)) {
        return fail(
          active.map(shown).join('; '),
          wanted,
          `Leave at most the one in ${request.cronForm === 'cron.d' ? CRON_FILE : `the crontab of ${request.osUser}`}: two tables start two watchdogs, and pausing one does not pause the other.`,
        );
      }
      if (active.length === 1 && !isOurs(facts)) {
        return fail(
          active.map(shown).join('; '),
          wanted,
          'A cluster of this prefix is already in force here, and this program did not make it.',
        );
      }
      const paused = lines.filter((line) => !line.active);
      return paused.length > 0 && active.length === 0
        ? warn(
            `paused: ${paused.map(shown).join('; ')}`,
            wanted,
            'Somebody paused the watchdog. When the maintenance is over: sudo /usr/local/lib/pulumi-kingbase/automation.sh resume.',
          )
        : pass(active.length === 0 ? 'none' : 'one, of this cluster', wanted);
    },
  },
  {
    id: 'no-autostart-unit',
    group: 'automation',
    title: 'no systemd unit starts a database by itself',
    applies: isMember,
    judge: ({ facts }) => {
      const enabled = facts.lines('units.list').filter((line) => /^kingbase\S*\s+enabled\b/.test(line));
      return enabled.length === 0
        ? pass('none', 'none enabled')
        : warn(
            enabled.join('; '),
            'none enabled',
            'Run systemctl disable on it: in a cluster kbha alone decides whether a database starts, else a dead primary comes back as a second one.',
          );
    },
  },
];
