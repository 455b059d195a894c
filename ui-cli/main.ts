/** From a command line to an exit code: parse, act, and explain what went wrong. */
import { CommanderError } from 'commander';
import { EXIT } from '../contracts/errors.ts';
import type { CliIo } from './command-line/process-runtime.ts';
import { reportError } from './command-line/report-error.ts';
import { toUsageError } from './command-line/usage-error.ts';
import { buildProgram } from './program.ts';
import type { CliRuntime } from './runtime.ts';
import { printLines } from './text/output.ts';

/** A reader that went away (`tt-exp list | head -1`) is no failure. */
const ignoreClosedPipes = ({ stdout, stderr }: CliIo): void => {
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') {
        throw error;
      }
    });
  }
};

const isHelp = ({ code }: CommanderError): boolean =>
  code === 'commander.helpDisplayed' || code === 'commander.version';

/** Never throws: errors become lines on stderr and an exit code. */
export const runCli = async (argv: readonly string[], runtime: CliRuntime): Promise<number> => {
  let exitCode: number = EXIT.done;
  const program = buildProgram({
    runtime,
    finish: (code) => {
      exitCode = code;
    },
  });
  ignoreClosedPipes(runtime.io);
  const fail = (error: unknown): number => {
    const report = reportError(error, argv.includes('--verbose'));
    printLines(runtime.io.stderr, report.lines);
    return report.exitCode;
  };
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      return fail(error);
    }
    if (isHelp(error)) {
      return EXIT.done;
    }
    // Without any command the help itself, already printed, is the explanation.
    return error.code === 'commander.help'
      ? error.exitCode === 0
        ? EXIT.done
        : EXIT.usage
      : fail(toUsageError(program, argv, error));
  }
};
