/** What only a list of experiments tells: a name, or the beginning of an id. Everything else MLflow knows by itself. */
import { existsSync } from 'node:fs';
import { TtExpError } from '../../contracts/errors.ts';
import { isRunId, parseExperimentId, splitTrialReference } from '../../contracts/ids.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';

/** A run's id as it is; a trial, or an experiment alone, with the whole id of its experiment. */
export const wholeRun = async (runtime: PlatformRuntime, run: string): Promise<string> => {
  const { experiment, trialId } = splitTrialReference(run);
  if (isRunId(run) || parseExperimentId(experiment) !== null) {
    return run;
  }
  const id = await withPlatform(runtime, ({ experiments }) => resolveExperimentId(experiments, experiment));
  return trialId === null ? id : `${id}/${trialId}`;
};

/** Likewise of a model, which may also be a folder or a registered name. Without a server the text stays as it is. */
export const wholeModel = async (runtime: PlatformRuntime, model: string): Promise<string> => {
  if (splitTrialReference(model).trialId === null || existsSync(model)) {
    return model;
  }
  try {
    return await wholeRun(runtime, model);
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'SERVICE_UNREACHABLE') {
      return model;
    }
    throw error;
  }
};
