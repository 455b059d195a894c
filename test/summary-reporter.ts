/**
 * Prints what failed, a line each as `failed: room/file: behaviour`, and the totals of a run as the last line, alone:
 * `N passed, N failed`, and `, N skipped` where there are any.
 */
import type { Reporter, TestModule } from 'vitest/node';
import { placeOf, testName } from './test-name.ts';

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

/** Names of the tests that failed; of a module that could not be loaded, or whose hooks failed, its place. */
export const failedTests = (modules: readonly TestModule[]): readonly string[] =>
  modules.flatMap((module) => {
    const { relativeModuleId: path } = module;
    const failed = [...module.children.allTests('failed')].map(({ name }) => testName(path, name));
    return failed.length === 0 && module.state() === 'failed' ? [placeOf(path)] : failed;
  });

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const failed = failedTests(modules).map((name) => `failed: ${name}\n`);
    process.stdout.write(`\n${failed.join('')}${summaryLine(countTests(modules, unhandledErrors.length))}\n`);
  }
}
