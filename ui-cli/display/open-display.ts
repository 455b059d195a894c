/** Where progress can go: events on stdout, plain lines, or lines of which the last one is redrawn. */
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { printLines } from '../text/output.ts';
import type { Display } from './display.ts';

export interface DisplayChoice {
  readonly isJson: boolean;
  readonly isPlain: boolean;
  /** One JSON object an event on stdout; see docs/events.schema.json. */
  readonly isEvents?: boolean;
}

/** Redrawing needs a terminal on stderr that can move its cursor, and a person who reads it. */
export const isLive = ({ io, environment }: ProcessRuntime, { isJson, isPlain }: DisplayChoice): boolean => {
  const { isCi, variables } = environment();
  return io.stderr.isTTY === true && !isJson && !isPlain && !isCi && variables.TERM !== 'dumb';
};

/** Lines, one an event. Whoever opens the display closes it, also on failure. */
export const openDisplay = async (runtime: ProcessRuntime, choice: DisplayChoice): Promise<Display> => {
  if (choice.isEvents === true) {
    const { createEventStream } = await import('./event-stream.ts');
    return createEventStream(runtime);
  }
  const { createPlainDisplay } = await import('./plain-display.ts');
  return createPlainDisplay((line) => printLines(runtime.io.stderr, [line]), runtime.now);
};
