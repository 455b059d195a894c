/** How a command's failure is written: one line for the error, one for the remedy, a stack only on request. */
import { type ConfigProblem, formatProblem } from '../../config/problem.ts';
import { type ErrorCode, type ErrorRecord, EXIT, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import { explainSystemError } from './system-error.ts';

export interface ErrorReport {
  /** Lines for stderr. */
  readonly lines: readonly string[];
  /** For scripts. */
  readonly record: ErrorRecord;
  readonly exitCode: number;
}

/** Their `details.problems` are places in a config; those of other errors are not. */
const CONFIG_ERRORS: ReadonlySet<ErrorCode> = new Set(['CONFIG_INVALID', 'SPACE_EMPTY']);

/** Details of a config error, one line each; none where the message says it all. */
const problemLines = ({ code, details }: TtExpError): readonly string[] => {
  const problems = (CONFIG_ERRORS.has(code) ? (details.problems ?? []) : []) as readonly ConfigProblem[];
  return problems.length < 2 ? [] : problems.map((problem) => `  ${formatProblem(problem)}`);
};

const oneLine = (text: string): string => text.replace(/\s*\r?\n\s*/g, ' ');

/** Causes follow their error: the innermost is often the one that helps. */
const stackLines = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) {
    return [String(error)];
  }
  const stack = (error.stack ?? error.message).split('\n');
  return error.cause === undefined ? stack : [...stack, 'caused by:', ...stackLines(error.cause)];
};

/** Everything that is no TtExpError is a mistake of ours. */
export const reportError = (thrown: unknown, isVerbose: boolean): ErrorReport => {
  const error = explainSystemError(thrown);
  const stack = isVerbose ? stackLines(error) : [];
  if (error instanceof TtExpError) {
    return {
      lines: [
        `error: ${oneLine(error.message)}`,
        ...problemLines(error),
        ...(error.hint === undefined ? [] : [`hint: ${oneLine(error.hint)}`]),
        ...stack,
      ],
      record: toErrorRecord(error),
      exitCode: error.exitCode,
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    lines: [
      `error: tt-exp failed unexpectedly: ${oneLine(message)}`,
      `hint: ${isVerbose ? 'Please report it with the lines below.' : 'Run it again with --verbose, and report what it prints.'}`,
      ...stack,
    ],
    record: toErrorRecord(error),
    exitCode: EXIT.failed,
  };
};
