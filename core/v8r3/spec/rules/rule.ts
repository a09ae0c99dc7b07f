// A rule of the V8R3 specification: looks at the filled spec and at what was really written.
import type { Finding } from '../../../finding';
import type { V8r3Input } from '../schema';
import type { V8r3Spec } from '../types';

/** What the user wrote, without what had the wrong shape. */
export type V8r3Given = Partial<V8r3Input>;

/** Fields that are required and missing are '' in the spec: a rule skips them. */
export type V8r3Rule = (spec: V8r3Spec, given: V8r3Given) => Finding[];
