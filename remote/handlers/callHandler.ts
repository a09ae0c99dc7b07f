/** The door that the shim in Pulumi's state knocks on. Old states hold old shims: name, argument order and methods of `callHandler` stay as they are. */
import { KingbaseError } from '../../core/finding';
import { pack, type Props, unpack } from '../../core/packed';
import { UNKNOWN } from '../unknown';
import { checksNothing, loadHandler } from './index';
import type { Handler } from './types';

type Method = keyof Handler<object, object>;

/** Pulumi keeps the shim's text among the properties; it is no business of a handler. */
const PROVIDER_KEY = '__provider';

export async function callHandler(name: string, method: Method, args: readonly unknown[]): Promise<unknown> {
  try {
    if (method === 'check' && checksNothing(name, args[0])) {
      return { inputs: withoutProvider(args[1]) };
    }
    const handler = await loadHandler(name);
    if (handler === undefined) {
      throw new KingbaseError({
        code: 'recovery/unknown-handler',
        path: name,
        message: 'the state holds a resource of a kind that this version of pulumi-kingbase does not know',
        hint: 'Install the version that wrote the state, or a later one.',
      });
    }
    const given = args.map(withoutProvider);
    const answer = withoutUndefined(await invoke(handler, method, given.map(unpacked)));
    return packedAs(given, (method === 'check' ? withoutValues(answer) : answer) as Answer);
  } catch (error) {
    throw presentable(error);
  }
}

async function invoke(handler: Handler<object, object>, method: Method, args: readonly unknown[]): Promise<unknown> {
  if (method === 'diff') {
    const [id, olds, news] = args;
    return handler.diff(id as string, olds as object, knownOrOld(olds, news) as object);
  }
  const call = handler[method] as (...values: readonly unknown[]) => Promise<unknown>;
  return call.apply(handler, [...args]);
}

/**
 * At preview, outputs of a resource that will be updated are unknown to those that take them. They count as unchanged: else the repair of one
 * file would announce the replacement of a member of the cluster. The update itself compares the real values.
 */
function knownOrOld(old: unknown, value: unknown): unknown {
  if (value === UNKNOWN) {
    return old ?? value;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => knownOrOld(Array.isArray(old) ? old[index] : undefined, item));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const before = (typeof old === 'object' && old !== null ? old : {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, knownOrOld(before[name], item)]));
}

function withoutProvider(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(PROVIDER_KEY in value)) {
    return value;
  }
  const { [PROVIDER_KEY]: _text, ...rest } = value as Record<string, unknown>;
  return rest;
}

interface Answer {
  readonly [part: string]: unknown;
}

function unpacked(value: unknown): unknown {
  return isProps(value) ? unpack(value) : value;
}

/** What came packed goes back packed, what an older version left in state as a structure stays one: else a refresh would show a change. */
function packedAs(given: readonly unknown[], answer: Answer): Answer {
  const texts = given.filter(isProps).at(-1);
  if (!isProps(answer) || texts === undefined) {
    return answer;
  }
  const like = (props: unknown): unknown =>
    isProps(props) ? pack(props, (name) => typeof texts[name] === 'string') : props;
  return Object.fromEntries(
    Object.entries(answer).map(([part, value]) => [
      part,
      ['inputs', 'outs', 'props'].includes(part) ? like(value) : value,
    ]),
  );
}

/**
 * The CLI prints the value of the property that a failure names, in full, though it be a secret: a rotated password, a private key within
 * `nodes`. So a failure names none; its reason has the words.
 */
function withoutValues(answer: unknown): unknown {
  const { failures } = (answer ?? {}) as { readonly failures?: readonly object[] };
  if (failures === undefined) {
    return answer;
  }
  return { ...(answer as object), failures: failures.map((failure) => ({ ...failure, property: '' })) };
}

function isProps(value: unknown): value is Props {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The provider host turns results into a protobuf Struct, which knows no undefined and says only "Unexpected struct type". */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => withoutUndefined(item) ?? null);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const kept = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutUndefined(item)]));
}

/**
 * Pulumi prints `message` where a create or update fails and `${error}: ${stack}` elsewhere. A mistake of the user's is shown
 * without a stack trace, a bug always with one.
 */
function presentable(error: unknown): Error {
  const isExpected = error instanceof KingbaseError;
  const shown = new Error(isExpected ? error.message : error instanceof Error ? error.stack : String(error));
  shown.name = '';
  shown.stack = '';
  return Object.assign(shown, { cause: error });
}
