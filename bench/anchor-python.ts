/** The Python that anchors run in: an environment in the cache folder, made from a hashed list beside the benchmarks. */
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../config/env.ts';
import { systemClock } from '../host/clock.ts';
import { ensureEnvironment } from '../services/provision/managed-environment.ts';

/** Path of the interpreter for bench/requirements-<part>.txt. */
export const anchorPython = async (part: string): Promise<string> => {
  const { cacheFolder, variables } = readEnvironment();
  const { python } = await ensureEnvironment({
    part,
    cacheFolder,
    requirementsFolder: fileURLToPath(new URL('.', import.meta.url)),
    environment: variables,
    clock: systemClock,
    progress: () => undefined,
    verify: async () => null,
  });
  return python;
};
