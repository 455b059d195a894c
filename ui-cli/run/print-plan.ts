/** `tt-exp run --dry-run`: what an experiment would do, with sizes. */

import { configDigest } from '../../config/digest.ts';
import { experimentIds } from '../../contracts/ids.ts';
import type { ResolvedConfig, ResolvedSweep } from '../../contracts/resolved-config.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import { describeGate } from '../../policy/gate/describe-gate.ts';
import { formatCount, formatParams } from '../text/formats.ts';
import { printJson, printLines, toSnakeCase } from '../text/output.ts';
import { formatTable } from '../text/table.ts';
import type { ExperimentPlan, RunRuntime } from './run-runtime.ts';

interface TrialSize {
  readonly trialId: string;
  readonly params: TrialParams;
  /** null where the width of the features is not known yet. */
  readonly weights: number | null;
  readonly epochs: number;
  /** About, from the middle of the expected number of samples; null where that is not known yet. */
  readonly stepsPerEpoch: number | null;
}

/** Weights and biases of the dense layers of one tower. */
const towerWeights = (inputDim: number, hiddenDims: readonly number[], embeddingDim: number): number => {
  const widths = [inputDim, ...hiddenDims, embeddingDim];
  return widths.slice(1).reduce((sum, width, index) => sum + ((widths[index] ?? 0) + 1) * width, 0);
};

const sizeTrial = (
  config: ResolvedConfig,
  plan: ExperimentPlan,
  trial: ExperimentPlan['trials'][number],
): TrialSize => {
  const { trialId, params } = trial;
  const own = <Value>(key: string, fallback: Value): Value =>
    ((params[key] ?? config.sweep?.fixed[key]) as Value | undefined) ?? fallback;
  const hiddenDims = own('model.hidden_dims', config.model.hidden_dims);
  const embeddingDim = own('model.embedding_dim', config.model.embedding_dim);
  const { user, item } = plan.data.featureDims;
  const samples = plan.data.size?.samples ?? null;
  const trainSamples = samples === null ? null : ((samples.low + samples.high) / 2) * config.data.split.train;
  const isKnown = user !== null && item !== null;
  return {
    trialId,
    params,
    weights: isKnown
      ? towerWeights(user, hiddenDims, embeddingDim) + towerWeights(item, hiddenDims, embeddingDim)
      : null,
    epochs: own('training.num_epochs', config.training.num_epochs),
    stepsPerEpoch:
      trainSamples === null ? null : Math.ceil(trainSamples / own('training.batch_size', config.training.batch_size)),
  };
};

const describeSize = ({ source, size }: ExperimentPlan['data']): string =>
  size === null
    ? `${source}: its size is known only once it is read`
    : `${source}: ${formatCount(size.users)} users, ${formatCount(size.items)} items, ${formatCount(size.engagements)} engagements, ` +
      `${formatCount(size.samples.low)} to ${formatCount(size.samples.high)} samples`;

/** More rungs than this are shown by the first ones. */
const RUNGS_SHOWN = 6;

const listed = (parts: readonly (number | string)[]): string =>
  parts.length === 2 ? parts.join(' and ') : parts.join(', ');

const LOWER_SHARE: Readonly<Record<number, string>> = { 2: 'half', 3: 'two thirds', 4: 'three quarters' };

const describeStops = (scheduler: ResolvedSweep['scheduler'] | undefined): string => {
  switch (scheduler?.type) {
    case 'median':
      return 'those below the median';
    case 'patience':
      return 'those without gain';
    default: {
      const reduction = scheduler?.reduction ?? 1;
      const share = LOWER_SHARE[reduction];
      return share === undefined ? `all but the best 1/${reduction}` : `the lower ${share}`;
    }
  }
};

const describeRungs = (rungs: ExperimentPlan['rungs'], stops: string): readonly string[] =>
  rungs.map((epochs) => {
    const looks = epochs.slice(0, -1);
    const shown = looks.length > RUNGS_SHOWN ? [...looks.slice(0, RUNGS_SHOWN), '…'] : looks;
    return shown.length === 0
      ? `  trials train up to ${epochs.at(-1)} epochs`
      : `  looks at trials after epochs ${listed(shown)} of ${epochs.at(-1)} and stops ${stops}`;
  });

const humanPlan = (
  id: string,
  config: ResolvedConfig,
  plan: ExperimentPlan,
  sizes: readonly TrialSize[],
): readonly string[] => {
  const { data } = plan;
  const { split } = config.data;
  return [
    `${id}: plan only, nothing was started`,
    '',
    'Data',
    `  ${describeSize(data)}`,
    `  split ${split.method} ${split.train} / ${split.validation} / ${split.test}`,
    `  feature width: user ${data.featureDims.user ?? 'unknown'}, item ${data.featureDims.item ?? 'unknown'}`,
    '',
    `Trials: ${plan.total}, ${Math.min(plan.total, config.sweep?.max_parallel ?? 1)} at once`,
    ...formatTable(
      [
        { title: 'trial' },
        { title: 'weights', align: 'right' },
        { title: 'epochs', align: 'right' },
        { title: 'steps/epoch', align: 'right' },
        { title: 'parameters' },
      ],
      sizes.map(({ trialId, weights, epochs, stepsPerEpoch, params }) => [
        trialId,
        weights === null ? '–' : formatCount(weights),
        String(epochs),
        stepsPerEpoch === null ? '–' : `~${formatCount(stepsPerEpoch)}`,
        formatParams(params),
      ]),
    ).map((line) => `  ${line}`),
    ...(sizes.length < plan.total
      ? ['  …', '  the parameters of later trials depend on the outcomes of earlier ones']
      : []),
    '',
    `Scheduler: ${config.sweep?.scheduler.type ?? 'none'}`,
    ...describeRungs(plan.rungs, describeStops(config.sweep?.scheduler)),
    '',
    `Gate: ${describeGate(config.gate)}`,
    ...(plan.notes.length === 0 ? [] : ['', ...plan.notes.map((note) => `note: ${note}`)]),
  ];
};

export const printPlan = async (runtime: RunRuntime, config: ResolvedConfig, isJson: boolean): Promise<void> => {
  const plan = await runtime.planExperiment(config);
  const { experimentId, workflowId } = experimentIds(config.name, configDigest(config));
  const sizes = plan.trials.map((trial) => sizeTrial(config, plan, trial));
  if (isJson) {
    const trials = sizes.map(({ params, ...size }) => ({ ...(toSnakeCase(size) as object), params }));
    printJson(runtime.io, {
      experiment_id: experimentId,
      workflow_id: workflowId,
      config,
      data: toSnakeCase(plan.data),
      trials,
      total_trials: plan.total,
      rungs: plan.rungs,
      notes: plan.notes,
    });
  } else {
    printLines(runtime.io.stdout, humanPlan(experimentId, config, plan, sizes));
  }
};
