/** The answer to a shell that asks how a command line may go on. */
import type { Command } from 'commander';
import { EXIT } from '../../contracts/errors.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { printLines, printPairs } from '../text/output.ts';
import { completeLine } from './complete-line.ts';
import type { CompletionNames, CompletionRuntime } from './completion-runtime.ts';

const NO_NAMES: CompletionNames = {
  ...{ experiments: [], trials: [], models: [], questions: [], datasets: [], services: [] },
};

export const printCompletion = async (
  runtime: ProcessRuntime & CompletionRuntime,
  program: Command,
  line: string,
): Promise<number> => {
  // Somebody is typing: an error would be written into their command line, and commands and options are there without names.
  const names = await runtime.completionNames().catch(() => NO_NAMES);
  const { candidates, isFiles } = completeLine(program, line, names);
  printPairs(
    runtime.io.stdout,
    candidates.map(({ value, description }) => [value, description]),
  );
  printLines(runtime.io.stdout, isFiles ? [':files'] : []);
  return EXIT.done;
};
