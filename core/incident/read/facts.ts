/** What a line teaches about which node is which: names, addresses, and the ids of databases. */
import { parseExec } from '../merge/execArgs';
import type { LogEvent, NodeFact } from '../types';

/** `192.168.1.102:9999 Linux node102`; on a page without its addresses ` Linux node102`. */
const POOL_NAME = /^\s*(?:(\S+):(\d+)\s+)?\S+ (\S+)$/;

export function parsePoolName(text: string): { readonly host: string | null; readonly name: string } | null {
  const parts = POOL_NAME.exec(text);
  if (parts === null) return null;
  return { host: parts[1] ?? null, name: parts[3] ?? '' };
}

export function nodeNameOf(text: string): string | null {
  return parsePoolName(text)?.name ?? null;
}

export function factsOf({ name, args }: LogEvent): readonly NodeFact[] {
  switch (name) {
    case 'localName':
    case 'masterLost':
    case 'peerShutdown':
    case 'peerLost':
      return named(args[0] ?? '');
    case 'lockGot':
      return named(args[1] ?? '');
    case 'poolRow':
      return [backend(args[0], args[1])];
    case 'exec': {
      const parsed = parseExec(args[1] ?? '');
      return parsed === null
        ? []
        : [
            backend(String(parsed.failedId), parsed.failedHost),
            backend(String(parsed.newMasterId), parsed.newMasterHost),
          ];
    }
    case 'scriptArgs':
      return [backend(args[2], args[3]), backend(args[5], args[0])];
    default:
      return [];
  }
}

function named(text: string): readonly NodeFact[] {
  const parsed = parsePoolName(text);
  return parsed === null ? [] : [{ kind: 'named', name: parsed.name, host: parsed.host }];
}

function backend(id: string | undefined, host: string | null | undefined): NodeFact {
  return { kind: 'backend', id: Number(id), host: host === undefined || host === '' ? null : host, name: null };
}
