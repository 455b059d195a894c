/** `tt-exp retry`: the failed trials of an experiment once more, whether it still runs or has ended. */

import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { Experiments, PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { makeRequest, type SteeringAnswer } from '../steer/steering-request.ts';
import { nextCommands } from '../text/next-commands.ts';
import { printJson, printLines } from '../text/output.ts';

/** Trials that a new start would train: everything that did not come to an end of its own. */
const openTrials = ({ trials }: ExperimentView): readonly string[] =>
  trials
    .filter(({ status }) => status !== 'completed' && status !== 'cached' && status !== 'pruned')
    .map(({ trialId }) => trialId);

/** Finished trials of the new execution come from the cache. Throws USAGE where every trial has finished. */
const startAgain = async (experiments: Experiments, id: string, view: ExperimentView): Promise<SteeringAnswer> => {
  const open = openTrials(view);
  if (open.length === 0 && view.status === 'completed') {
    throw new TtExpError('USAGE', `experiment ${id} has no failed or cancelled trial to retry`, {
      hint: 'Train every trial again with `tt-exp run <config> --fresh`, or add some with `tt-exp extend`.',
    });
  }
  const { config, configDigest, extends: extended, source } = await experiments.input(id);
  const origin = extended === undefined ? {} : { extends: extended };
  await experiments.start({
    config,
    configDigest,
    isFresh: false,
    source: { experimentId: id, identity: source },
    ...origin,
  });
  const which = open.length === 0 ? 'what is left' : open.join(', ');
  return { text: `was ${view.status}, restarted for ${which}`, retried: open };
};

/** Whether it runs or has ended. */
export const retryOne = async (
  experiments: Experiments,
  id: string,
): Promise<SteeringAnswer & { readonly isRestarted: boolean }> => {
  const view = await experiments.view(id);
  const isRestarted = view.status !== 'running';
  const answer = isRestarted
    ? await startAgain(experiments, id, view)
    : await makeRequest(experiments, id, { kind: 'retry' });
  return { ...answer, isRestarted };
};

export const retryExperiment = (runtime: PlatformRuntime, text: string, isJson: boolean): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const id = await resolveExperimentId(experiments, text);
    const { text: outcome, retried, isRestarted } = await retryOne(experiments, id);
    printLines(runtime.io.stderr, [`experiment ${id}: ${outcome}`, ...nextCommands(id, 'watch')]);
    if (isJson) {
      printJson(runtime.io, { experiment_id: id, retried, restarted: isRestarted });
    }
    return EXIT.done;
  });
