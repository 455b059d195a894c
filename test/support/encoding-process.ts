/** The real encoding child of the build, on the backend in JavaScript. */
import { createEncodingProcess } from '../../compute/encoding/encoding-process.ts';
import { builtScript } from './built.ts';

export const encodingProcess = (messages: string[] = []) =>
  createEncodingProcess({
    nodeExecutable: process.execPath,
    nodeArguments: [],
    childScript: builtScript('encoding-child'),
    environment: process.env,
    plan: () =>
      Promise.resolve({ backend: 'js', library: 'none', packageFolder: null, env: {}, gpuIds: [], announcements: [] }),
    answerLimitMs: 60_000,
    log: (_, message) => messages.push(message),
  });
