/** Whether something can be drawn over the whole terminal, for a person who reads it. */
import type { ProcessRuntime } from '../command-line/process-runtime.ts';

/** What cannot move its cursor, or may not be able to. */
const SIMPLE_TERMINALS: ReadonlySet<string | undefined> = new Set(['dumb', 'unknown', undefined]);

/** @returns why not, as what was got in place of a terminal; null: it can be drawn on `stream` */
export const whyNoFullScreen = ({ io, environment }: ProcessRuntime, stream: NodeJS.WriteStream): string | null => {
  if (io.stdin.isTTY !== true) {
    return 'an input that is no terminal';
  }
  if (stream.isTTY !== true) {
    return 'an output that is no terminal';
  }
  const { isCi, variables } = environment();
  if (isCi) {
    return `CI=${variables.CI}`;
  }
  return SIMPLE_TERMINALS.has(variables.TERM) ? `TERM=${variables.TERM ?? ''}` : null;
};

/** Screen readers read lines, not a screen that changes everywhere. */
export const isReadAloud = ({ environment }: ProcessRuntime): boolean =>
  environment().variables.INK_SCREEN_READER === 'true';
