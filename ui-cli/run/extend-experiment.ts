/** `tt-exp extend`: the config of an experiment that has ended, changed, as a new experiment that begins with its trials. */

import type { StartedExperiment } from '../../client/experiments-client.ts';
import { changeConfig } from '../../config/change-config.ts';
import { configDigest } from '../../config/digest.ts';
import type { Override } from '../../config/overrides.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { Experiments, PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { nextCommands } from '../text/next-commands.ts';
import { printJson, printLines } from '../text/output.ts';

export interface ExtendOptions {
  readonly trials: number | null;
  readonly epochs: number | null;
  readonly set: readonly string[];
  readonly isJson: boolean;
}

const refuse = (id: string, found: string, expected: string, hint: string): TtExpError =>
  new TtExpError('USAGE', `experiment ${id}: got ${found}, expected ${expected}`, { hint });

const moreTrials = (id: string, { sweep }: ResolvedConfig, trials: number): Override => {
  if (sweep === null) {
    throw refuse(id, '--trials for an experiment without a sweep', 'a sweep', 'Give it more epochs with --epochs.');
  }
  if (sweep.max_trials === null) {
    throw refuse(
      id,
      '--trials for a grid that tries every point',
      'a sweep with max_trials',
      'Widen the grid: for example --set \'sweep.space["training.learning_rate"].choice=[0.001,0.0005]\'.',
    );
  }
  if (trials <= sweep.max_trials) {
    throw refuse(id, `--trials ${trials}`, `more than the ${sweep.max_trials} it has`, 'Give the total number.');
  }
  return { source: `--trials ${trials}`, path: ['sweep', 'max_trials'], value: trials };
};

/** What sweep.fixed says counts more than training. */
const moreEpochs = (id: string, { training, sweep }: ResolvedConfig, epochs: number): Override => {
  const fixed = sweep?.fixed['training.num_epochs'];
  const present = typeof fixed === 'number' ? fixed : training.num_epochs;
  if (epochs <= present) {
    throw refuse(id, `--epochs ${epochs}`, `more than the ${present} it has`, 'Give the total number.');
  }
  const path = fixed === undefined ? ['training', 'num_epochs'] : ['sweep', 'fixed', 'training.num_epochs'];
  return { source: `--epochs ${epochs}`, path, value: epochs };
};

/** Throws USAGE where nothing would change, and what a config may throw. */
const extended = (
  id: string,
  config: ResolvedConfig,
  { trials, epochs, set }: Omit<ExtendOptions, 'isJson'>,
): ResolvedConfig => {
  const overrides = [
    ...(trials === null ? [] : [moreTrials(id, config, trials)]),
    ...(epochs === null ? [] : [moreEpochs(id, config, epochs)]),
    ...set,
  ];
  const changed = changeConfig(config, overrides, `the config of ${id}`);
  if (configDigest(changed) === configDigest(config)) {
    throw refuse(
      id,
      'no change',
      '--trials, --epochs or --set with a new value',
      '`tt-exp extend --help` has examples.',
    );
  }
  return changed;
};

/** Where the change leaves the database's variable alone, the database is that of the experiment. */
const isSameVariable = ({ data: { source: a } }: ResolvedConfig, { data: { source: b } }: ResolvedConfig): boolean =>
  a.type === 'postgres' && b.type === 'postgres' && a.url_env === b.url_env;

/** Throws USAGE where it runs or nothing would change. */
export const startExtended = async (
  experiments: Experiments,
  id: string,
  change: Omit<ExtendOptions, 'isJson'>,
): Promise<StartedExperiment> => {
  const { config: recorded, source } = await experiments.input(id);
  const config = extended(id, recorded, change);
  if ((await experiments.view(id)).status === 'running') {
    const hint = `Wait for it to end (\`tt-exp watch ${id}\`), or cancel it first: its results are kept.`;
    throw refuse(id, 'one that is running', 'one that has ended', hint);
  }
  return experiments.start({
    config,
    configDigest: configDigest(config),
    isFresh: false,
    extends: id,
    ...(isSameVariable(recorded, config) ? { source: { experimentId: id, identity: source } } : {}),
  });
};

export const extendExperiment = (runtime: PlatformRuntime, text: string, options: ExtendOptions): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const id = await resolveExperimentId(experiments, text);
    const { experimentId, workflowId, isAttached } = await startExtended(experiments, id, options);
    printLines(runtime.io.stderr, [
      `experiment ${experimentId}: ${isAttached ? 'was started before' : 'started'}, extends ${id}`,
      ...nextCommands(experimentId, 'watch'),
    ]);
    if (options.isJson) {
      printJson(runtime.io, {
        experiment_id: experimentId,
        workflow_id: workflowId,
        extends: id,
        attached: isAttached,
      });
    } else {
      printLines(runtime.io.stdout, [`${id} -> ${experimentId}`]);
    }
    return EXIT.done;
  });
