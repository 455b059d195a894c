/** Chooses between the live view and plain lines. */
import { loadForProduction } from '../../config/env.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { printLines } from '../text/output.ts';
import type { Display, DisplayCommands } from './display.ts';

export interface DisplayChoice {
  readonly isJson: boolean;
  readonly isPlain: boolean;
  /** One JSON object an event on stdout; see docs/events.schema.json. */
  readonly isEvents?: boolean;
}

/** The live view needs a terminal on stderr that can move its cursor, and a person who reads it. */
export const isLive = ({ io, environment }: ProcessRuntime, { isJson, isPlain }: DisplayChoice): boolean => {
  const { isCi, variables } = environment();
  return io.stderr.isTTY === true && !isJson && !isPlain && !isCi && variables.TERM !== 'dumb';
};

/** Whoever opens the display closes it, also on failure. */
export const openDisplay = async (
  runtime: ProcessRuntime,
  choice: DisplayChoice,
  commands: DisplayCommands,
): Promise<Display> => {
  if (choice.isEvents === true) {
    const { createEventStream } = await import('./event-stream.ts');
    return createEventStream(runtime);
  }
  if (isLive(runtime, choice)) {
    const { mountLive } = await loadForProduction(() => import('../live/mount-live.tsx'));
    const { isColorless } = runtime.environment();
    return mountLive({ io: runtime.io, now: runtime.now, isColorless, commands });
  }
  const { createPlainDisplay } = await import('./plain-display.ts');
  return createPlainDisplay((line) => printLines(runtime.io.stderr, [line]));
};
