/** openRemote for the handlers: the ssh library is loaded by the first connection, not by a preview, which dials nobody. */
import type { OpenRemote } from './remote';
import type * as sshRemote from './sshRemote';

export const openRemote: OpenRemote = (connection) => {
  /* eslint-disable-next-line @typescript-eslint/no-require-imports -- a Remote is opened synchronously */
  return (require('./sshRemote') as typeof sshRemote).openRemote(connection);
};
