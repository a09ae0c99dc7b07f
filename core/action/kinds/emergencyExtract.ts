/** emergencyExtract: what can still be read of a damaged data directory, out of a copy of it; the original is only read. */
import type { Finding } from '../../finding';
import { databaseNode } from '../databaseNode';
import type { ActionInputs, ActionKind } from './types';

export const emergencyExtract: ActionKind = {
  kind: 'emergencyExtract',
  summary:
    'Copies a damaged data directory, starts only the copy, past damaged pages, and dumps table by table what can still be read',
  fields: {
    node: { type: 'string', required: true, help: 'the node that holds it, its database stopped; it runs there' },
    directory: {
      type: 'string',
      required: true,
      help: 'where the copy and the dumps go: an empty directory with room for twice the data',
    },
    source: { type: 'string', help: 'the damaged data directory; default: the data directory of the node' },
    port: { type: 'number', help: 'port of the socket of the copy; default: the database port and two' },
    databases: { type: 'string', help: 'which databases, separated by commas; default: all' },
    keepCopy: { type: 'boolean', help: 'keep the copy beside the dumps; default: true' },
  },
  check: checkExtract,
  node: (spec, { node }) => databaseNode(spec, node, 'kingbase:actions: emergencyExtract.node'),
  describe: (node, { directory, source }) =>
    `on ${node}: copies ${source ?? 'its data directory'} to ${directory}, starts only the copy, for the OS user alone, past bad checksums and with damaged ` +
    'pages taken for empty, and dumps it table by table; names what is damaged; the original is only read, and the automation of the node rests meanwhile',
  destructive: false,
  maxSeconds: 2 * 86_400,
};

function checkExtract({ directory, source, port }: ActionInputs, path: string): readonly Finding[] {
  const wrong = (field: string, message: string, hint: string): Finding => ({
    ...{ code: 'actions/wrong-record', path: `${path}.${field}`, message, hint },
  });
  const paths = { directory, source };
  return [
    ...Object.entries(paths).flatMap(([field, value]) =>
      value === undefined || isPlainPath(String(value))
        ? []
        : [
            wrong(
              field,
              `${JSON.stringify(value)} is no absolute path`,
              'Letters, digits and _./- from the root on, without "..".',
            ),
          ],
    ),
    ...(port === undefined || (Number.isInteger(port) && Number(port) >= 1024 && Number(port) <= 65_535)
      ? []
      : [
          wrong(
            'port',
            `${JSON.stringify(port)} is no port for it`,
            'A free port from 1024 to 65535; leave it out for the database port and two.',
          ),
        ]),
  ];
}

const isPlainPath = (path: string): boolean => /^\/[A-Za-z0-9_./-]+$/.test(path) && !`${path}/`.includes('/../');
