/** `tt-exp ab stop`. */
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { confirm, requireAnswer } from '../command-line/ask.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printChange, printLines } from '../text/output.ts';
import { whyNoneRuns } from './none-runs.ts';
import type { OnlineRuntime } from './online-runtime.ts';

export interface StopOnlineOptions {
  readonly reason: string;
  readonly isYes: boolean;
  readonly isJson: boolean;
}

/** One that `serve --ab` began has no workflow: its definition alone is removed, and the challenger stays one. */
export const stopOnline = (
  runtime: OnlineRuntime,
  model: string,
  { reason, isYes, isJson }: StopOnlineOptions,
): Promise<number> => {
  const { io } = runtime;
  requireAnswer(io, isYes);
  return withPlatform(runtime, async ({ online }) => {
    const home = await runtime.onlineHome();
    const view = await online.view(model);
    const running = view?.isRunning === true ? view.snapshot.experiment : null;
    const experiment = running ?? (await home.defined(model));
    if (experiment === null) {
      throw await whyNoneRuns(runtime, model);
    }
    const { id, challenger } = experiment;
    const after = running === null ? 'stays challenger' : 'is challenger no more';
    printLines(io.stderr, [`${model}: experiment ${id} ends without a winner; version ${challenger.version} ${after}`]);
    if (!isYes && !(await confirm(io, 'Do it?'))) {
      throw new TtExpError('MOVE_REFUSED', `${model}: the experiment goes on, because the answer was no`);
    }
    if (running === null) {
      await home.remove(experiment);
    }
    const outcome = running === null ? null : await online.stop(model, { by: runtime.environment().user, reason });
    await printChange(
      io,
      isJson ? { model, experiment_id: id, end: outcome?.end ?? 'stopped', seq: outcome?.seq ?? null } : null,
      [`${model}: experiment ${id} has ended${outcome === null ? '' : `: ${outcome.reason}`}`],
    );
    return EXIT.done;
  });
};
