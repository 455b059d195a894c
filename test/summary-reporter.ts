/** Prints the totals of a run as the last line, alone: `N passed, N failed`, and `, N skipped` where there are any. */
import type { Reporter, TestModule } from 'vitest/node';

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const summaryLine = ({ passed, failed, skipped }: Totals): string =>
  `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;

/** A module that could not be loaded, or whose hooks failed, has failures that are no test's: each counts as one. */
export const countTests = (modules: readonly TestModule[], unhandledErrors: number): Totals => {
  const totals = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    let failedTests = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      totals.passed += state === 'passed' ? 1 : 0;
      failedTests += state === 'failed' ? 1 : 0;
      totals.skipped += state === 'skipped' || state === 'pending' ? 1 : 0;
    }
    totals.failed += module.state() === 'failed' ? Math.max(1, failedTests) : failedTests;
  }
  return totals;
};

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    process.stdout.write(`\n${summaryLine(countTests(modules, unhandledErrors.length))}\n`);
  }
}
