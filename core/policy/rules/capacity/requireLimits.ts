// A server that may not open files does not open relations.
import { MIN_OPEN_FILES, MIN_PROCESSES } from '../../../preflight/requirements';
import { defineRule } from '../../types';

const figureOf = (match: RegExpExecArray): number => Number(match[1]);

export const requireLimits = defineRule({
  subject: 'host',
  id: 'kingbase-node-require-limits',
  title: 'Limits of the OS user are at least the vendor’s',
  group: 'capacity',
  level: 'mandatory',
  severity: 'medium',
  restsOn: 'rendered',
  protectsFrom: '“too many open files” ends sessions, backups and the archiver when load is highest.',
  evidence: 'S cluster_install.sh checks open files and processes',
  hint: 'Leave the drop-in to this module.',
  judge: ({ files }) =>
    Object.entries(files).flatMap(([path, { text }]) =>
      path.startsWith('/etc/security/limits.d/')
        ? (
            [
              ['nofile', MIN_OPEN_FILES],
              ['nproc', MIN_PROCESSES],
            ] as const
          ).flatMap(([name, least]) => {
            const found = [...text.matchAll(new RegExp(`^\\S+\\s+(?:soft|hard|-)\\s+${name}\\s+(\\d+)`, 'gm'))].map(
              figureOf,
            );
            const lowest = Math.min(...found);
            return found.length > 0 && lowest >= least
              ? []
              : [
                  {
                    path,
                    message: `${name} is ${found.length === 0 ? 'missing' : lowest}; at least ${least} is wanted`,
                  },
                ];
          })
        : [],
    ),
});
