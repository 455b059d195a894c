/** A page in the browser of whoever is at this machine. */
import { readEnvironment } from '../../config/env.ts';
import { runCommand } from '../../host/processes/run-command.ts';
import type { OpenRuntime } from '../../ui-cli/open/open-runtime.ts';

/** Openers return once the browser has the address; one that waits for its window has opened it too. */
const TIMEOUT_MS = 5000;

export const openPage: OpenRuntime['openPage'] = async (url) => {
  const { variables } = readEnvironment();
  const isMac = process.platform === 'darwin';
  if (!isMac && !variables.DISPLAY && !variables.WAYLAND_DISPLAY) {
    return 'there is no display';
  }
  const command = isMac ? 'open' : 'xdg-open';
  const result = await runCommand({ command, args: [url], env: variables, timeoutMs: TIMEOUT_MS });
  if (result.kind === 'exited') {
    return result.code === 0 ? null : `${command} ended with ${result.code}`;
  }
  return result.reason === 'ENOENT' ? `${command} is not installed` : `${command}: ${result.reason}`;
};
