/** Settings of a training by their config key, and those in which trainings differ. */
import type { SettingValue } from '../../contracts/local-comparison.ts';
import type { TrialSettings } from '../../contracts/trial.ts';

type Params = Readonly<Record<string, SettingValue>>;

const section = (name: string, values: object): readonly (readonly [string, SettingValue])[] =>
  Object.entries(values).map(([key, value]) => [`${name}.${key}`, value as SettingValue]);

/** Of a model of an earlier version: what its manifest has. */
export const paramsOf = ({ seed, model, training, relevanceThreshold }: TrialSettings): Params =>
  Object.fromEntries([
    ['seed', seed],
    ...section('model', model),
    ...section('training', training),
    ['evaluation.relevance_threshold', relevanceThreshold],
  ]);

/** Sorted. A setting that one of them does not have is a difference. */
export const differingParams = (all: readonly Params[]): readonly string[] =>
  [...new Set(all.flatMap((params) => Object.keys(params)))]
    .filter((key) => new Set(all.map((params) => JSON.stringify(params[key]))).size > 1)
    .sort();
