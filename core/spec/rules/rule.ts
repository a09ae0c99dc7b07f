// The shape of a rule: looks at the filled spec (and at what was really written) and tells what must not be.
import type { Finding } from '../../finding';
import type { ClusterInput } from '../schema';
import type { ClusterSpec } from '../types';

/** What the user wrote, without what had the wrong shape. */
export type Given = Partial<ClusterInput>;

/** Fields that are required and missing are '' in the spec: a rule skips them. */
export type Rule = (spec: ClusterSpec, given: Given) => Finding[];
