#!/usr/bin/env node
/** Entry of the command line: first what the machine allows, with few files open, then the many modules of a command. */
import { checkOpenFiles } from '../host/open-files.ts';
import { reportError } from '../ui-cli/command-line/report-error.ts';
import { printLines } from '../ui-cli/text/output.ts';

try {
  checkOpenFiles();
  const { runCli } = await import('../ui-cli/main.ts');
  const { createCliRuntime } = await import('./cli-runtime.ts');
  process.exitCode = await runCli(process.argv.slice(2), createCliRuntime());
} catch (error) {
  const { lines, exitCode } = reportError(error, process.argv.includes('--verbose'));
  printLines(process.stderr, lines);
  process.exitCode = exitCode;
}
