/** What the shims in Pulumi's state load when they run: package export `pulumi-kingbase/recovery`. */
export { callHandler } from './remote/handlers/callHandler';

import { keepCompiled } from './remote/keepCompiled';

keepCompiled();
