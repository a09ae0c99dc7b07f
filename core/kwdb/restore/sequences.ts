/**
 * Sequences of a run: EXPORT leaves them out and IMPORT makes none, so a restore makes each from its definition and sets it on from where it had come to.
 * Source: KWDB kwbase/pkg/sql/sequence.go. last_value is the raw value: a fresh sequence stands one step before START, an exhausted one may stand beyond its
 * bounds, which setval refuses; nextval adds a step first.
 */
import type { BackupManifest, ManifestObject } from '../manifest';

export interface SequenceStep {
  readonly name: string;
  /** CREATE SEQUENCE, in the session database. */
  readonly definition: string;
  /** The value that setval gets: the next one is a step after it. undefined: it was never used, and begins at START. */
  readonly value?: string;
}

interface Options {
  readonly increment: bigint;
  readonly start: bigint;
  readonly low: bigint;
  readonly high: bigint;
}

/** Manifests of older versions hold no definition: those sequences are made by hand from objects.sql. */
export function sequencesOf({ objects }: BackupManifest, database: string): readonly ManifestObject[] {
  return objects.filter((object) => object.database === database && object.kind === 'SEQUENCE' && hasText(object));
}

const hasText = ({ definition }: ManifestObject): boolean => typeof definition === 'string';

/** standing: last_value in the database that is about to be dropped: what was handed out since the run is not handed out again. */
export function sequenceStep(object: ManifestObject, standing: string | undefined): SequenceStep {
  const { name, lastValue } = object;
  const definition = String(object.definition).trim();
  const options = parseOptions(definition);
  const known = [lastValue, standing].flatMap((text) => (/^-?\d+$/.test(text ?? '') ? [BigInt(text as string)] : []));
  if (options === undefined || known.length === 0) return { name, definition };
  const last = known.reduce((far, one) => (isFurther(options, one, far) ? one : far));
  if (!isFurther(options, last, options.start - options.increment)) return { name, definition };
  return { name, definition, value: String(within(options, last)) };
}

const isFurther = ({ increment }: Options, one: bigint, other: bigint): boolean =>
  increment > 0n ? one > other : one < other;

function within({ low, high }: Options, value: bigint): bigint {
  if (value > high) return high;
  return value < low ? low : value;
}

/** undefined: a virtual one, which hands out unique numbers and has no value to set; or a form that this version does not know. */
function parseOptions(definition: string): Options | undefined {
  const found = / MINVALUE (-?\d+) MAXVALUE (-?\d+) INCREMENT (-?\d+) START (-?\d+)$/.exec(definition);
  if (found === null) return undefined;
  const [low = 0n, high = 0n, increment = 0n, start = 0n] = found.slice(1).map(BigInt);
  return { increment, start, low, high };
}
