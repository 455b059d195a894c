import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/summary-reporter.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/**/*.test.{ts,tsx}'],
    reporters: ['default', new SummaryReporter()],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    // Ink draws nothing but the last frame where it believes to run in CI; the tests compare every frame.
    env: { CI: 'false', CONTINUOUS_INTEGRATION: 'false' },
  },
});
