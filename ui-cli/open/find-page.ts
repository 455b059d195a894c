/** From what somebody typed to the address of a page. */
import { TtExpError } from '../../contracts/errors.ts';
import { isRunId, isVersionReference, splitTrialReference } from '../../contracts/ids.ts';
import { trialOf } from '../platform/find-trial.ts';
import { mlflowLink, temporalLink, temporalPage } from '../platform/links.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';
import type { ModelCatalogue, RegistryRuntime } from '../registry/registry-runtime.ts';
import { printLines } from '../text/output.ts';

/** MLflow alone is asked; nothing is recorded. */
const withMlflow = async <Result>(
  runtime: RegistryRuntime,
  ask: (catalogue: ModelCatalogue) => Promise<Result>,
): Promise<Result> => {
  const catalogue = await runtime.openCatalogue({ onWait: (message) => printLines(runtime.io.stderr, [message]) });
  return ask(catalogue).finally(() => catalogue.close());
};

/** A reused trial's run may be of another MLflow experiment: MLflow tells where it is. */
const ofRun = (runtime: RegistryRuntime, runId: string): Promise<string> =>
  withMlflow(runtime, async ({ uri, runPage }) => `${uri.replace(/\/+$/, '')}${await runPage(runId)}`);

const ofExperiment = async (
  runtime: RegistryRuntime,
  platform: Platform,
  what: string,
  isTemporal: boolean,
): Promise<string> => {
  const { experiment, trialId } = splitTrialReference(what);
  const id = await resolveExperimentId(platform.experiments, experiment);
  const { snapshot } = await platform.facts.read(id);
  const trial = trialId === null ? null : trialOf(id, snapshot.trials, trialId);
  if (isTemporal) {
    return temporalLink(platform.addresses, trial?.workflowId ?? snapshot.workflowId);
  }
  if (trial === null) {
    return mlflowLink(platform.addresses, snapshot);
  }
  if (trial.runId === null) {
    throw new TtExpError('RUN_NOT_FOUND', `experiment ${id}: ${trial.trialId} has no run in MLflow yet`, {
      hint: `Its experiment has a page: tt-exp open ${id}`,
    });
  }
  return ofRun(runtime, trial.runId);
};

/** A page of MLflow's registry; throws where there is no such model or version. */
const ofModel = (runtime: RegistryRuntime, what: string): Promise<string> =>
  withMlflow(runtime, async ({ uri, show, list }) => {
    const base = uri.replace(/\/+$/, '');
    if (isVersionReference(what)) {
      const { name, version } = await show({ reference: what, asOfMs: null });
      return `${base}/#/models/${encodeURIComponent(name)}/versions/${version}`;
    }
    await list({ name: what, asOfMs: null });
    return `${base}/#/models/${encodeURIComponent(what)}`;
  });

const isUnknown = (error: unknown, code: 'EXPERIMENT_NOT_FOUND' | 'MODEL_NOT_FOUND'): error is TtExpError =>
  error instanceof TtExpError && error.code === code;

/** A name may be that of an experiment or of a model: the error names what is near to it of both. */
const ofEither = async (runtime: RegistryRuntime, platform: Platform, what: string): Promise<string> => {
  try {
    return await ofExperiment(runtime, platform, what, false);
  } catch (error) {
    if (!isUnknown(error, 'EXPERIMENT_NOT_FOUND') || splitTrialReference(what).trialId !== null) {
      throw error;
    }
    return ofModel(runtime, what).catch((unknown: unknown) => {
      throw isUnknown(unknown, 'MODEL_NOT_FOUND')
        ? new TtExpError(
            'EXPERIMENT_NOT_FOUND',
            `got ${what}, expected an experiment, trial, run or registered model`,
            {
              hint: `Experiments: ${error.hint ?? ''} Models: ${unknown.hint ?? ''}`,
            },
          )
        : unknown;
    });
  }
};

/** Throws what says that there is no such thing, and SERVICE_UNREACHABLE. */
export const findPage = async (runtime: RegistryRuntime, what: string | null, isTemporal: boolean): Promise<string> => {
  if (what !== null && !isTemporal && isRunId(what)) {
    return ofRun(runtime, what);
  }
  if (what !== null && !isTemporal && isVersionReference(what)) {
    return ofModel(runtime, what);
  }
  return withPlatform(runtime, async (platform) => {
    if (what === null) {
      return isTemporal ? temporalPage(platform.addresses) : mlflowLink(platform.addresses, null);
    }
    return isTemporal ? ofExperiment(runtime, platform, what, true) : ofEither(runtime, platform, what);
  });
};
