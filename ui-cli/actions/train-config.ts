/** The config of `tt-exp train`: a file or the defaults, which depend on the data, then the options, then --set. */
import { withAbsolutePaths } from '../../config/absolute-paths.ts';
import { defaultConfig, loadConfig } from '../../config/load.ts';
import type { Override } from '../../config/overrides.ts';
import type { DataChoice } from '../../contracts/local-model.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { GivenData } from './data-choice.ts';

export interface HyperparameterFlags {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly embeddingDim?: number;
  readonly loss?: string;
  readonly seed?: number;
}

/** MLflow experiment of trainings without a config. */
const DEFAULT_NAME = 'train';

const PLACES = {
  epochs: ['--epochs', ['training', 'num_epochs']],
  batchSize: ['--batch-size', ['training', 'batch_size']],
  lr: ['--lr', ['training', 'learning_rate']],
  embeddingDim: ['--embedding-dim', ['model', 'embedding_dim']],
  loss: ['--loss', ['training', 'loss']],
  seed: ['--seed', ['seed']],
} as const satisfies Record<keyof HyperparameterFlags, readonly [string, readonly string[]]>;

const overridesOf = (flags: HyperparameterFlags): readonly Override[] =>
  (Object.keys(PLACES) as (keyof HyperparameterFlags)[]).flatMap((name) => {
    const [option, path] = PLACES[name];
    const value = flags[name];
    return value === undefined ? [] : [{ source: `${option} ${value}`, path, value }];
  });

export interface TrainConfigRequest {
  readonly file: string | undefined;
  readonly flags: HyperparameterFlags;
  readonly set: readonly string[];
  readonly data: GivenData | null;
}

/** Throws what loading a config throws; a mistake in an option is told of that option. */
export const loadTrainConfig = async ({ file, flags, set, data }: TrainConfigRequest): Promise<ResolvedConfig> => {
  const ofFile = data?.kind === 'file' ? data : { overrides: [], defaults: [] };
  const overrides = [...ofFile.overrides, ...overridesOf(flags), ...set];
  const config =
    file === undefined
      ? defaultConfig(DEFAULT_NAME, overrides, ofFile.defaults)
      : await loadConfig(file, overrides, ofFile.defaults);
  return withAbsolutePaths(config, process.cwd());
};

export const toDataChoice = (data: GivenData | null, { data: settings, seed }: ResolvedConfig): DataChoice =>
  data?.kind === 'version' ? data : { kind: 'source', config: { data: settings, seed } };
