/** Experiments online as the servers of this home know them, for the commands. */
import { readEnvironment } from '../../config/env.ts';
import type { OnlineHome } from '../../ui-cli/online/online-runtime.ts';
import { createOnlinePort } from '../online-port.ts';

export const openOnlineHome = (): OnlineHome => createOnlinePort(readEnvironment().homeFolder, () => Date.now());
