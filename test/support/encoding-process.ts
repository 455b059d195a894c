/** The real encoding child, on the backend in JavaScript. */
import { fileURLToPath } from 'node:url';
import { createEncodingProcess } from '../../compute/encoding/encoding-process.ts';

export const encodingProcess = (messages: string[] = []) =>
  createEncodingProcess({
    nodeExecutable: process.execPath,
    nodeArguments: ['--import', import.meta.resolve('tsx')],
    childScript: fileURLToPath(new URL('../../bin/encoding-child.ts', import.meta.url)),
    environment: process.env,
    plan: () =>
      Promise.resolve({ backend: 'js', library: 'none', packageFolder: null, env: {}, gpuIds: [], announcements: [] }),
    answerLimitMs: 60_000,
    log: (_, message) => messages.push(message),
  });
