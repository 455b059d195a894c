/** `pause`, `resume`, `parallel` and `cancel`: requests to a running experiment. */
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { type ExperimentView, isPastTraining } from '../../contracts/experiment.ts';
import { trialIndexOf } from '../../contracts/ids.ts';
import type { Experiments, PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printJson, printLines } from '../text/output.ts';

interface Answer {
  readonly json: object;
  readonly lines: readonly string[];
}

interface Steering {
  readonly id: string;
  readonly experiments: Experiments;
}

const steer = (
  runtime: PlatformRuntime,
  text: string,
  isJson: boolean,
  request: (steering: Steering) => Promise<Answer>,
): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const id = await resolveExperimentId(experiments, text);
    const { json, lines } = await request({ id, experiments });
    printLines(runtime.io.stderr, [...lines, `watch it: tt-exp watch ${id}`]);
    if (isJson) {
      printJson(runtime.io, { experiment_id: id, ...json });
    }
    return EXIT.done;
  });

/** A request that would do nothing is refused: whoever makes it expects something. Throws USAGE. */
const assertTrials = ({ experimentId, status, phase }: ExperimentView): void => {
  if (status !== 'running' || isPastTraining(phase)) {
    const found = status === 'running' ? `one that trains no trial any more (phase ${phase})` : `one that is ${status}`;
    throw new TtExpError('USAGE', `experiment ${experimentId}: got ${found}, expected one with trials to come`, {
      hint: 'Re-run its failed trials with `tt-exp retry`, or extend it with `tt-exp extend`.',
    });
  }
};

export const setPaused = (
  runtime: PlatformRuntime,
  text: string,
  { isPaused, isJson }: { readonly isPaused: boolean; readonly isJson: boolean },
): Promise<number> =>
  steer(runtime, text, isJson, async ({ id, experiments }) => {
    assertTrials(await experiments.view(id));
    await (isPaused ? experiments.pause(id) : experiments.resume(id));
    return {
      json: { paused: isPaused },
      lines: isPaused
        ? [`experiment ${id}: paused; running trials end their epoch`, `resume it: tt-exp resume ${id}`]
        : [`experiment ${id}: resumed`],
    };
  });

export const setMaxParallel = (
  runtime: PlatformRuntime,
  text: string,
  { maxParallel, isJson }: { readonly maxParallel: number; readonly isJson: boolean },
): Promise<number> =>
  steer(runtime, text, isJson, async ({ id, experiments }) => {
    await experiments.setMaxParallel(id, maxParallel);
    return {
      json: { max_parallel: maxParallel },
      lines: [`experiment ${id}: trials at once from now on: ${maxParallel}`],
    };
  });

/** Throws USAGE for text that cannot name a trial. */
export const assertTrialId = (trialId: string): void => {
  if (trialIndexOf(trialId) === null) {
    throw new TtExpError('USAGE', `trial: got ${JSON.stringify(trialId)}, expected an id such as trial-003`, {
      hint: '`tt-exp show <id>` lists the trials of an experiment.',
    });
  }
};

export const cancelExperiment = (
  runtime: PlatformRuntime,
  text: string,
  { trialId, isJson }: { readonly trialId: string | null; readonly isJson: boolean },
): Promise<number> => {
  if (trialId !== null) {
    assertTrialId(trialId);
  }
  return steer(runtime, text, isJson, async ({ id, experiments }) => {
    if (trialId === null) {
      await experiments.cancel(id);
      return {
        json: { cancelled: 'experiment' },
        lines: [`experiment ${id}: cancellation requested; running trials end their epoch first`],
      };
    }
    await experiments.cancelTrial(id, trialId);
    return { json: { cancelled: trialId }, lines: [`experiment ${id}: ${trialId} is cancelled, what it has is kept`] };
  });
};
