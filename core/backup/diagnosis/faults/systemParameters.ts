/** The vendor's text for any of the three before, where none of them shows any more. */
import { backUpAgain } from '../looking';
import type { FaultRule } from '../types';

export const systemParameters: FaultRule = {
  id: 'backup/system-parameters',
  title: 'sys_rman says that system parameters do not suffice',
  severity: 'fault',
  reference: 'backup guide, FAQ: parameters not varilable',
  texts: [/parameters? not (varilable|available)/],
  cure: (context) => [
    {
      text: 'Three causes are known: RemoveIPC=yes, kernel.sem too small, kernel.shmmax or kernel.shmall below shared_buffers. Those that hold now stand above; if none does, it was one for a moment (memory short at that hour): move the schedule.',
    },
    backUpAgain(context),
  ],
};
