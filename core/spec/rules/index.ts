// Every rule of the specification, in the order in which their findings are shown.
import type { Rule } from './rule';

export const rules: readonly Rule[] = [];
