// What is known about one parameter of a configuration file.
import type { KingbaseVersion } from '../spec/types';

export type ParameterUnit = 'B' | 'kB' | '8kB' | 'MB' | 'ms' | 's' | 'min';

export interface Parameter {
  readonly name: string;
  readonly type: 'boolean' | 'integer' | 'real' | 'enum' | 'text';
  /** Unit of a number without a unit, and of min and max. */
  readonly unit?: ParameterUnit;
  readonly min?: number;
  readonly max?: number;
  /** enum: the words; the first spelling is the one we write. */
  readonly values?: readonly string[];
  /** Default of the product; where the installer writes another value, that is `cluster`. */
  readonly default: string;
  /** Value in a cluster's file when the user gives none. */
  readonly cluster?: string;
  /** kingbase.conf: reload or restart of the server. repmgr.conf: SIGHUP to, or restart of, repmgrd and kbha; never of the server. */
  readonly change: 'reload' | 'restart';
  readonly versions: readonly KingbaseVersion[];
  /** Where this is known from; the tags of the facts: D vendor documentation, S vendor script, F field, U upstream, I inferred. */
  readonly source: string;
  /** free: the user may set it. owned: it follows from another field. forbidden: no value of it is safe here. */
  readonly class: 'free' | 'owned' | 'forbidden';
  /** Why an owned or forbidden one is refused. */
  readonly reason?: string;
  /** The field to set instead. */
  readonly alternative?: string;
  /** Values of a free parameter that are refused, with the reason. */
  readonly refused?: { readonly values: readonly string[]; readonly reason: string; readonly alternative: string };
  readonly description: string;
}

export type ParameterTable = ReadonlyMap<string, Parameter>;
