/** What the recorded trials have shown, to be looked up by settings. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { SweepFacts } from '../../contracts/experiment.ts';
import { objectiveOf } from '../../contracts/objective.ts';
import type { ObjectiveCurve } from '../../contracts/replay.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { resumableKey } from '../../contracts/resumable-key.ts';
import type { TrialParams, TrialView } from '../../contracts/trial.ts';
import { trialSettings } from '../trial-plan.ts';
import type { Curves } from './replay-sweep.ts';

export interface KnownTrial {
  readonly view: TrialView;
  /** Objective at the best epoch so far, for those epochs that are known. */
  readonly values: ReadonlyMap<number, number>;
  /** Epoch after which it stopped by itself; null: it did not, and might have gone on. */
  readonly end: number | null;
  readonly secondsPerEpoch: number | null;
}

const valuesOf = ({ reports }: TrialView, curve: ObjectiveCurve | undefined): ReadonlyMap<number, number> =>
  new Map([...(curve ?? []), ...reports].map(({ epoch, value }) => [epoch, value]));

const knownOf = (view: TrialView, mostEpochs: number, curve: ObjectiveCurve | undefined): KnownTrial => {
  const { result, status, reports } = view;
  const last = reports.at(-1)?.epoch ?? 0;
  const hasStopped = (status === 'completed' || status === 'cached') && last < mostEpochs;
  return {
    view,
    values: valuesOf(view, curve),
    end: hasStopped ? last : null,
    secondsPerEpoch: result === null || result.epochs === 0 ? null : result.seconds / result.epochs,
  };
};

/** Whatever a trial's result depends on beside its own settings. */
const surroundings = ({ data, seed, sweep }: ResolvedConfig): string =>
  canonicalJson({ data, seed, metric: objectiveOf({ sweep }).metric });

/** How to find what is known of a trial under another config; null for a trial that has never been trained. */
export const lookUpTrials = (
  { config, snapshot }: Omit<SweepFacts, 'format'>,
  curves: Curves,
  changed: ResolvedConfig,
): ((params: TrialParams) => KnownTrial | null) => {
  if (surroundings(config) !== surroundings(changed)) {
    return () => null;
  }
  const bySettings = new Map<string, KnownTrial>();
  for (const view of snapshot.trials) {
    const settings = trialSettings(config, view.params);
    const known = knownOf(view, settings.training.num_epochs, curves[view.trialId]);
    const key = resumableKey(settings);
    // Of trials that differ in their epochs alone the longer one says all that the others say.
    if (known.values.size > (bySettings.get(key)?.values.size ?? 0)) {
      bySettings.set(key, known);
    }
  }
  return (params) => bySettings.get(resumableKey(trialSettings(changed, params))) ?? null;
};
