/** The config of `tt-exp train`: a file or the defaults, which depend on the data, then the options, then --set. */
import { withAbsolutePaths } from '../../config/absolute-paths.ts';
import { defaultConfig, loadTrainingConfig } from '../../config/load.ts';
import type { Override } from '../../config/overrides.ts';
import type { DataChoice } from '../../contracts/local-model.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { type FileSettings, type GivenData, settingsOfFile } from './data-choice.ts';
import type { ModelRuntime } from './model-runtime.ts';

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
  /** Names of the columns of a file without a header. */
  readonly columns: readonly string[] | null;
}

export interface TrainConfig {
  readonly config: ResolvedConfig;
  /** How a file is read. */
  readonly notes: readonly string[];
}

const NO_FILE: FileSettings = { overrides: [], defaults: [], notes: [] };

/** Throws what reading a file and loading a config throw; a mistake in an option is told of that option. */
export const loadTrainConfig = async (
  runtime: Pick<ModelRuntime, 'guessInteractions'>,
  { file, flags, set, data, columns }: TrainConfigRequest,
): Promise<TrainConfig> => {
  const ofFile = data?.kind === 'file' ? await settingsOfFile(runtime, data, { config: file, columns }) : NO_FILE;
  const overrides = [...ofFile.overrides, ...overridesOf(flags), ...set];
  const completion = { defaults: ofFile.defaults, trains: data?.kind === 'version' ? null : ('one_model' as const) };
  const config =
    file === undefined
      ? defaultConfig(DEFAULT_NAME, overrides, completion)
      : await loadTrainingConfig(file, overrides, completion);
  return { config: withAbsolutePaths(config, process.cwd()), notes: ofFile.notes };
};

export const toDataChoice = (data: GivenData | null, { data: settings, seed }: ResolvedConfig): DataChoice =>
  data?.kind === 'version' ? data : { kind: 'source', config: { data: settings, seed } };
