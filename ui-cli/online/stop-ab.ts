/** `tt-exp ab stop`. */
import { EXIT, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import { DEFAULT_ONLINE_SETTINGS } from '../../contracts/online-report.ts';
import type { MeasuredOnline } from '../../contracts/online-steps.ts';
import { confirm, requireAnswer } from '../command-line/ask.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printChange, printLines } from '../text/output.ts';
import { whyNoneRuns } from './none-runs.ts';
import type { OnlineHome, OnlineRuntime } from './online-runtime.ts';

export interface StopOnlineOptions {
  readonly reason: string;
  readonly isYes: boolean;
  readonly isJson: boolean;
}

/** What is not kept is said, and does not keep anybody from ending it. */
const kept = async ({ io }: OnlineRuntime, what: string, keep: () => Promise<void>): Promise<void> => {
  try {
    await keep();
  } catch (error) {
    printLines(io.stderr, [`warning: ${what}: ${toErrorRecord(error).message}`]);
  }
};

/** Measured before servers forget it, as the workflow does; the report goes to the challenger's run. Returns why it ended. */
const endUndecided = async (
  runtime: OnlineRuntime,
  home: OnlineHome,
  experiment: OnlineExperiment,
  reason: string,
): Promise<string> => {
  let measured: MeasuredOnline | null = null;
  let why = `stopped by ${runtime.environment().user}: ${reason}`;
  try {
    measured = await home.measure({ experiment, settings: DEFAULT_ONLINE_SETTINGS });
  } catch (error) {
    why = `${why} (it could not be measured at its end: ${toErrorRecord(error).message})`;
  }
  const ended_at = new Date().toISOString();
  await kept(runtime, 'how it ended cannot be kept in this home', () =>
    home.keepEnd({ format: 1, experiment, ended_at, reason: why, measured }),
  );
  await home.remove(experiment);
  const report = measured;
  if (report !== null) {
    await kept(runtime, "its report is not with its challenger's run", () => home.keepReport(experiment, report));
  }
  return why;
};

/** One that `serve --ab` began has no workflow, and its challenger stays one. */
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
    const outcome =
      running === null
        ? ({ end: 'stopped', seq: null, reason: await endUndecided(runtime, home, experiment, reason) } as const)
        : await online.stop(model, { by: runtime.environment().user, reason });
    await printChange(io, isJson ? { model, experiment_id: id, end: outcome.end, seq: outcome.seq } : null, [
      `${model}: experiment ${id} has ended: ${outcome.reason}`,
    ]);
    return EXIT.done;
  });
};
