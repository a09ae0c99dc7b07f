/** The object store refuses us, most often because of the clock. */
import { checkAgain } from '../looking';
import type { FaultRule } from '../types';

export const objectStore: FaultRule = {
  id: 'backup/object-store',
  title: 'the object store refuses the request',
  severity: 'fault',
  reference: 'backup guide, FAQ: [039] HTTP request failed with 403',
  texts: [/HTTP request failed with (403|40\d|5\d\d)/],
  cure: (context) => [
    {
      text: '403: compare the clock with the store’s (15 minutes are allowed), then key and secret (kingbase:backupSecrets) and the rights on the bucket. 404: the bucket. 5xx: the store itself.',
    },
    checkAgain(context),
  ],
};
