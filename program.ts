/** The project's own program: stack config `kingbase:cluster` and its secrets → one cluster → outputs. */
import { checkNodeVersion } from './components/nodeVersion';
import type * as stack from './components/stack';

checkNodeVersion();

// Loaded after the check: on an old Node the SDK itself fails, with a message that helps nobody.
/* eslint-disable-next-line @typescript-eslint/no-require-imports -- see above */
const { declareStack } = require('./components/stack') as typeof stack;

module.exports = declareStack();
