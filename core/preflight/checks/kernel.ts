/** Kernel settings and what systemd does to a user's processes. */
import { type Check, fail, isMember, pass, warn } from '../check';
import type { Facts } from '../evidence';
import { SYSCTLS } from '../requirements';

/** Names whose figures are too small, with what was found. A name that the kernel does not have is left out: containers hide some. */
function tooSmall(facts: Facts, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (!facts.has(`sysctl.${name}`)) {
      return [];
    }
    const found = facts.words(`sysctl.${name}`).map(Number);
    const least = SYSCTLS[name] ?? [];
    return least.some((value, index) => (found[index] ?? 0) < value) ? [`${name} = ${found.join(' ')}`] : [];
  });
}

const OUR_LOGIND = '60-pulumi-kingbase.conf';

export const kernelChecks: readonly Check[] = [
  {
    id: 'kernel-semaphores',
    group: 'kernel',
    title: 'kernel.sem is large enough',
    applies: isMember,
    judge: ({ facts, request }) => {
      const found = facts.text('sysctl.kernel.sem');
      const wanted = `≥ ${SYSCTLS['kernel.sem']?.join(' ')}`;
      if (tooSmall(facts, ['kernel.sem']).length === 0) {
        return pass(found, wanted);
      }
      return request.applySysctl
        ? pass(`${found}; raised by our drop-in`, wanted)
        : warn(
            found,
            wanted,
            'Our drop-in holds the value: set os.applySysctl, or run sysctl --system at a quiet hour.',
          );
    },
  },
  {
    id: 'kernel-settings',
    group: 'kernel',
    title: 'kernel settings of the vendor’s installer are in force',
    applies: isMember,
    judge: ({ facts, request }) => {
      const small = tooSmall(
        facts,
        Object.keys(SYSCTLS).filter((name) => name !== 'kernel.sem'),
      );
      if (small.length === 0) {
        return pass('all', 'as in our drop-in');
      }
      return request.applySysctl
        ? pass(`${small.length} lower; raised by our drop-in`, 'as in our drop-in')
        : warn(
            small.join(', '),
            'as in our drop-in',
            'Our drop-in holds the values: set os.applySysctl, or run sysctl --system at a quiet hour.',
          );
    },
  },
  {
    id: 'shared-memory',
    group: 'kernel',
    title: 'shared memory of the kernel holds shared_buffers',
    applies: isMember,
    judge: ({ facts, request }) => {
      const most = facts.number('sysctl.kernel.shmmax') / 1024 ** 2;
      const all = (facts.number('sysctl.kernel.shmall') * 4096) / 1024 ** 2;
      const found = `shmmax ${most.toExponential(1)} MiB, shmall ${all.toExponential(1)} MiB`;
      const wanted = `≥ ${request.sharedBuffersMiB} MiB`;
      return Math.min(most, all) < request.sharedBuffersMiB
        ? fail(
            found,
            wanted,
            'Raise kernel.shmmax (bytes) and kernel.shmall (pages of 4 KiB), or lower shared_buffers.',
          )
        : pass(found, wanted);
    },
  },
  {
    id: 'remove-ipc',
    group: 'kernel',
    title: 'logind leaves shared memory alone after a logout',
    applies: isMember,
    judge: ({ facts }) => {
      const lines = facts.lines('logind.files');
      const last = lines.at(-1) ?? '';
      const value = /=\s*(\S+)/.exec(last)?.[1] ?? 'yes (default)';
      const file = last.split(':')[0] ?? '';
      if (value === 'no') {
        return pass(`no, ${file}`, 'RemoveIPC=no');
      }
      const isAfterOurs = (file.split('/').at(-1) ?? '') > OUR_LOGIND && file.includes('.conf.d/');
      return isAfterOurs
        ? warn(
            `${value}, ${file}`,
            'RemoveIPC=no',
            `Take it out of ${file}, which is read after our drop-in: at the OS user's last logout the server would lose its semaphores.`,
          )
        : pass(`${value}; set to no by our drop-in`, 'RemoveIPC=no');
    },
  },
];
