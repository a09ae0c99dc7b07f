/** What the shims in Pulumi's state load when they run: package export `pulumi-kingbase/recovery`. */
export { callHandler } from './remote/handlers/callHandler';
export { handlers } from './remote/handlers/index';

import { keepCompiled } from './remote/keepCompiled';

keepCompiled();
