/** `pause`, `resume`, `parallel` and `cancel`: requests to a running experiment. */

import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { type ExperimentView, isPastTraining } from '../../contracts/experiment.ts';
import { isTrialId } from '../../contracts/ids.ts';
import { wholeTrialId } from '../platform/find-trial.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { type NextCommand, nextCommands } from '../text/next-commands.ts';
import { printJson, printLines } from '../text/output.ts';
import { makeRequest, type SteeringRequest } from './steering-request.ts';

interface Steering {
  readonly request: SteeringRequest;
  /** What a script reads beside the id. */
  readonly json: object;
  readonly next?: readonly NextCommand[];
  /** Throws where the request would do nothing. */
  readonly check?: (view: ExperimentView) => void;
}

const steer = (runtime: PlatformRuntime, text: string, isJson: boolean, steering: Steering): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const id = await resolveExperimentId(experiments, text);
    const { request, json, next = [], check } = steering;
    check?.(await experiments.view(id));
    const { text: outcome } = await makeRequest(experiments, id, request);
    printLines(runtime.io.stderr, [`experiment ${id}: ${outcome}`, ...nextCommands(id, ...next, 'watch')]);
    if (isJson) {
      printJson(runtime.io, { experiment_id: id, ...json });
    }
    return EXIT.done;
  });

/** A request that would do nothing is refused: whoever makes it expects something. Throws USAGE. */
const assertTrials = ({ experimentId, status, phase }: ExperimentView): void => {
  if (status !== 'running' || isPastTraining(phase)) {
    const found = status === 'running' ? `one that has finished training (phase ${phase})` : `one that is ${status}`;
    throw new TtExpError('USAGE', `experiment ${experimentId}: got ${found}, expected one with trials left to train`, {
      hint: 'Re-run its failed trials with `tt-exp retry`, or extend it with `tt-exp extend`.',
    });
  }
};

export const setPaused = (
  runtime: PlatformRuntime,
  text: string,
  { isPaused, isJson }: { readonly isPaused: boolean; readonly isJson: boolean },
): Promise<number> =>
  steer(runtime, text, isJson, {
    request: { kind: isPaused ? 'pause' : 'resume' },
    json: { paused: isPaused },
    next: isPaused ? ['resume'] : [],
    check: assertTrials,
  });

export const setMaxParallel = (
  runtime: PlatformRuntime,
  text: string,
  { maxParallel, isJson }: { readonly maxParallel: number; readonly isJson: boolean },
): Promise<number> =>
  steer(runtime, text, isJson, { request: { kind: 'parallel', maxParallel }, json: { max_parallel: maxParallel } });

/** Throws USAGE for text that cannot name a trial. */
export const assertTrialId = (trialId: string): void => {
  if (!isTrialId(trialId)) {
    throw new TtExpError('USAGE', `trial: got ${JSON.stringify(trialId)}, expected an id such as trial-003`, {
      hint: isTrialId(wholeTrialId(trialId))
        ? `Did you mean ${wholeTrialId(trialId)}?`
        : '`tt-exp show <id>` lists the trials of an experiment.',
    });
  }
};

export const cancelExperiment = (
  runtime: PlatformRuntime,
  text: string,
  { trialId, isJson }: { readonly trialId: string | null; readonly isJson: boolean },
): Promise<number> => {
  if (trialId === null) {
    return steer(runtime, text, isJson, { request: { kind: 'cancel' }, json: { cancelled: 'experiment' } });
  }
  assertTrialId(trialId);
  return steer(runtime, text, isJson, { request: { kind: 'cancel-trial', trialId }, json: { cancelled: trialId } });
};
