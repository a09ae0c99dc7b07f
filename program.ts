/** The project's own program: stack config `kingbase:cluster` and its secrets → one cluster → outputs. */
import { useCompileCache } from './components/compileCache';
import { checkNodeVersion } from './components/nodeVersion';
import type * as stack from './components/stack';

checkNodeVersion();
useCompileCache();

// Loaded after the check: on an old Node the SDK itself fails, with a message that helps nobody. And after the cache: the SDK is what it is for.
/* eslint-disable-next-line @typescript-eslint/no-require-imports -- see above */
const { declareStack } = require('./components/stack') as typeof stack;

module.exports = declareStack();
