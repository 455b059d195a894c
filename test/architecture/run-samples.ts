import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from './room-files.ts';

/** Runs tests of known outcome, `fixtures/*.sample.ts`, in a run of their own. */
export const runSamples = (samples: string) =>
  spawnSync(
    process.execPath,
    [
      join(REPOSITORY, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      join(REPOSITORY, 'test/architecture/fixtures/samples.config.ts'),
    ],
    { encoding: 'utf8', cwd: REPOSITORY, env: { ...process.env, SAMPLES: samples } },
  );
