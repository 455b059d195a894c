import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { SummaryReporter } from './test/summary-reporter.ts';

/** Most of the time of such a file would go into starting its process and loading the packages. */
const SHARED = ['unit', 'property', 'architecture', 'integration/pipeline', 'integration/serving'].map(
  (kind) => `test/${kind}/**/*.test.{ts,tsx}`,
);

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', new SummaryReporter()],
    // Against hanging alone: a busy machine takes several times as long as a quiet one.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // One more than the cores that this is meant for: the long tests wait for servers much of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Ink draws nothing but the last frame where it believes to run in CI; the tests compare every frame.
    env: { CI: 'false', CONTINUOUS_INTEGRATION: 'false' },
    projects: [
      {
        extends: true,
        test: { name: 'shared', include: SHARED, isolate: false, setupFiles: ['test/fresh-modules.ts'] },
      },
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.{ts,tsx}'], exclude: [...configDefaults.exclude, ...SHARED] },
      },
    ],
  },
});
