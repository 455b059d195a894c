/** Python environments of the tests' own, made once in the cache folder. */
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../config/env.ts';
import { systemClock } from '../../host/clock.ts';
import { ensureEnvironment } from '../../services/provision/managed-environment.ts';

/** @param part of test/support/requirements-<part>.txt */
export const testPython = (part: string): ReturnType<typeof ensureEnvironment> => {
  const { cacheFolder, variables } = readEnvironment();
  return ensureEnvironment({
    part,
    cacheFolder,
    requirementsFolder: fileURLToPath(new URL('.', import.meta.url)),
    environment: variables,
    clock: systemClock,
    progress: () => undefined,
    verify: async () => null,
  });
};
