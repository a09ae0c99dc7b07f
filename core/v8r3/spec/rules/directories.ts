// Directories are plain, nobody else's, and apart from one another where they must be.
import type { Finding } from '../../../finding';
import { checkDirectory } from '../../../spec/rules/directories';
import type { V8r3Rule } from './rule';

export const directories: V8r3Rule = ({ directories: { cluster, data, archive }, os }, given) => {
  const written: readonly (readonly [string, string | undefined])[] = [
    ['directories.cluster', given.directories?.cluster],
    ['directories.data', given.directories?.data],
    ['directories.archive', given.directories?.archive],
    ['os.home', given.os?.home],
  ];
  const wrong = written.flatMap(([path, directory]) =>
    directory === undefined ? [] : checkDirectory(path, directory),
  );
  if (wrong.length > 0) return wrong;
  return [
    ...holds('directories.data', data, { cluster, archive, 'os.home': os.home }),
    ...holds('directories.archive', archive, { data }),
  ];
};

/** A directory of the server's own in which another one lies, or is: a rewind or a clone would take it along. */
function holds(path: string, outer: string, others: Readonly<Record<string, string>>): Finding[] {
  return Object.entries(others).flatMap(([name, inner]): Finding[] =>
    inner === outer || inner.startsWith(`${outer}/`)
      ? [
          {
            code: 'spec/directory',
            path,
            message: `"${outer}" holds ${name} ("${inner}")`,
            hint: 'choose a directory that nothing else lies in.',
          },
        ]
      : [],
  );
}
