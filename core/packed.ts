/**
 * Large inputs of a resource travel as one JSON text each: Pulumi wraps, checks, sends and keeps every single value of a structure, and a
 * cluster repeats its nodes in many resources. The CLI shows such a text as the structure that it is. States of before hold the structure itself.
 */
const FIELDS: ReadonlySet<string> = new Set(['connection', 'target', 'nodes', 'peers', 'backup', 'files', 'conf']);

export type Props = Readonly<Record<string, unknown>>;

/** `which` says of a field whether it may: what is not known yet, and what is secret, has to stay a value of its own. */
export function pack(props: Props, which: (name: string, value: object) => boolean): Record<string, unknown> {
  return mapFields(props, (name, value) =>
    FIELDS.has(name) && typeof value === 'object' && value !== null && which(name, value)
      ? JSON.stringify(value)
      : value,
  );
}

export function unpack(props: Props): Record<string, unknown> {
  return mapFields(props, unpackField);
}

/** As `unpack`, each field when it is asked for: a policy may not touch what a preview does not know. */
export function unpackLazily<T extends object>(props: T): T {
  return new Proxy(props, {
    get: (fields, name) => {
      const value: unknown = Reflect.get(fields, name);
      return typeof name === 'string' ? unpackField(name, value) : value;
    },
  });
}

function unpackField(name: string, value: unknown): unknown {
  return FIELDS.has(name) && typeof value === 'string' && /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value;
}

function mapFields(props: Props, change: (name: string, value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(props).map(([name, value]) => [name, change(name, value)]));
}
