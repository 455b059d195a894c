/** `models promote`, `rollback` and `archive`: say what moves from where to where, ask, and let the model's owner do it. */
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { confirm, requireAnswer } from '../command-line/ask.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printChange, printLines } from '../text/output.ts';
import { USUAL_WIDTH, wrapLine } from '../text/table.ts';
import { announceMove, doneLines } from './announce-move.ts';
import { type MoveKind, makeMove, planMove } from './plan-move.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface MoveOptions {
  readonly reason: string;
  readonly isYes: boolean;
  readonly isJson: boolean;
}

/** The services must run before anybody is asked. */
export const moveModel = (
  runtime: RegistryRuntime,
  kind: MoveKind,
  reference: string,
  { reason, isYes, isJson }: MoveOptions,
): Promise<number> => {
  const { io } = runtime;
  requireAnswer(io, isYes);
  return withPlatform(runtime, ({ registry }) =>
    withCatalogue(runtime, async (catalogue) => {
      const move = await planMove(kind, catalogue, reference, { user: runtime.environment().user, reason });
      // What will be refused is neither announced nor asked; what is so already needs no answer.
      const announced = await announceMove(runtime, catalogue, move);
      if (announced !== null) {
        const width = io.stderr.columns || USUAL_WIDTH;
        printLines(
          io.stderr,
          announced.lines.flatMap((line) => wrapLine(line, width)),
        );
      }
      if (announced !== null && !isYes && !(await confirm(io, 'Do it?'))) {
        throw new TtExpError('MOVE_REFUSED', `${move.name}: nothing was moved, because the answer was no`);
      }
      const moved = await makeMove(registry, catalogue, move);
      const { aliases: _, ...json } = moved;
      await printChange(io, isJson ? json : null, doneLines(moved, announced));
      return EXIT.done;
    }),
  );
};
