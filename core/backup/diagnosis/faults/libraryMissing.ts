/** The TLS library of the system and that of KingbaseES disagree (UOS, Deepin, Debian). */
import { checkAgain } from '../looking';
import type { FaultRule } from '../types';

export const libraryMissing: FaultRule = {
  id: 'backup/openssl-conf',
  title: 'sys_rman cannot load the library that the system’s openssl.cnf names',
  severity: 'fault',
  reference: 'backup guide, FAQ: libssl_conf.so on UOS and Debian',
  texts: [/could not load the shared library:.*libssl_conf\.so/],
  cure: (context) => [
    {
      text: 'Let everything that calls sys_rman have OPENSSL_CONF=/etc/ssl/: in /etc/profile, and before sys_rman in archive_command (`export OPENSSL_CONF=/etc/ssl/;…`).',
    },
    checkAgain(context),
  ],
};
