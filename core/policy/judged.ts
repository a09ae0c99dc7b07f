// What every reader of subjects uses: the resources that act on hosts, as far as policies look at them.
import type { NodeRole } from '../spec/types';
import type { FileText, PolicyResource, SubjectKind, Subjects } from './types';

export const HOST_RESOURCE = 'pulumi-nodejs:dynamic/kingbase:';

export interface Judged<K extends SubjectKind> {
  /** Whose waivers count; undefined where a resource belongs to no cluster of ours. */
  readonly cluster: string | undefined;
  readonly value: Subjects[K];
}

export interface HostProps {
  readonly target: {
    readonly cluster: string;
    readonly name: string;
    readonly role: NodeRole;
    readonly data: string;
    /** Absent on a host of another system than V8R6 and V9. */
    readonly version?: string;
  };
  readonly connection?: { readonly host?: string; readonly hostKey?: string };
  readonly files: Readonly<Record<string, FileText & { readonly template?: string }>>;
  readonly secrets: Readonly<Record<string, string>> | undefined;
}

export type Read<K extends SubjectKind> = (resource: PolicyResource, props: HostProps) => Judged<K> | undefined;

export const isHost = (resource: PolicyResource, ...kinds: readonly string[]): boolean =>
  kinds.some((kind) => resource.type === `${HOST_RESOURCE}${kind}`);
