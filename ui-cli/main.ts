/** From a command line to an exit code: parse, act, and explain what went wrong. */
import { CommanderError } from 'commander';
import { EXIT } from '../contracts/errors.ts';
import { watchOutput } from './command-line/lost-output.ts';
import { reportError } from './command-line/report-error.ts';
import { toUsageError } from './command-line/usage-error.ts';
import { buildProgram } from './program.ts';
import type { CliRuntime } from './runtime.ts';
import { printJsonError, printLines } from './text/output.ts';
import { wrapWords } from './text/table.ts';

const isHelp = ({ code }: CommanderError): boolean =>
  code === 'commander.helpDisplayed' || code === 'commander.version';

/** A terminal breaks a line anywhere; elsewhere each error stays on one line, for whatever reads it. */
const onTerminal = (stream: NodeJS.WriteStream, lines: readonly string[]): readonly string[] =>
  stream.isTTY === true && stream.columns > 0 ? lines.flatMap((line) => wrapWords(line, stream.columns)) : lines;

/** Never throws: errors become lines on stderr, an object on stdout for `--json`, and an exit code. */
export const runCli = async (argv: readonly string[], runtime: CliRuntime): Promise<number> => {
  const { io } = runtime;
  const isVerbose = argv.includes('--verbose');
  const lostOutput = watchOutput(io);
  let exitCode: number = EXIT.done;
  const program = buildProgram({
    runtime,
    finish: (code) => {
      exitCode = code;
    },
  });
  const fail = (error: unknown): number => {
    const report = reportError(error, isVerbose);
    printLines(io.stderr, onTerminal(io.stderr, report.lines));
    if (argv.includes('--json')) {
      printJsonError(io, report.record);
    }
    return report.exitCode;
  };
  const act = async (): Promise<number> => {
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
  const code = await act();
  const lost = await lostOutput();
  if (lost === null) {
    return code;
  }
  printLines(io.stderr, onTerminal(io.stderr, reportError(lost, isVerbose).lines));
  return code === EXIT.done ? lost.exitCode : code;
};
