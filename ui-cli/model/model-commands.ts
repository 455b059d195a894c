/** Commands that train and evaluate one model by themselves: train, evaluate. */

import type { Command } from 'commander';
import type { Device } from '../../contracts/local-model.ts';
import type { EvaluatedSplit } from '../../contracts/trainer.ts';
import { type CommandContext, examples, MODEL_REFERENCE } from '../command-line/command-context.ts';
import { COLUMNS, MAX_BAD_ROWS, overridesOf } from '../command-line/data-options.ts';
import { collect, integerOption, nameOption, positiveOption } from '../command-line/option-values.ts';
import { DEVICE, EVALUATED_SPLIT, JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import type { ModelRuntime } from './model-runtime.ts';
import type { HyperparameterFlags } from './train-config.ts';

interface TrainFlags extends HyperparameterFlags {
  readonly data?: string;
  readonly columns?: readonly string[];
  readonly config?: string;
  readonly set?: readonly string[];
  readonly maxBadRows?: number;
  readonly device: Device;
  readonly outputDir: string;
  readonly modelName: string;
  readonly force?: boolean;
  readonly track: boolean;
  readonly json?: boolean;
}

interface EvaluateFlags {
  readonly model: string;
  readonly data?: string;
  readonly columns?: readonly string[];
  readonly split: EvaluatedSplit;
  readonly exportRankings?: string;
  readonly device: Device;
  readonly json?: boolean;
}

const addTrain = (program: Command, { runtime, finish }: CommandContext<PlatformRuntime & ModelRuntime>): void => {
  program
    .command('train')
    .description('Train one model here, without a sweep. Ctrl-C stops; run the same command again to resume.')
    .option(
      '--data <what>',
      'a dataset version, or a CSV, Parquet or JSON file of interactions; default: the built-in data',
    )
    .option(...COLUMNS)
    .option('--config <file>', 'an experiment, or bare hyperparameters; options override the file')
    .option('--epochs <n>', 'most epochs', integerOption('--epochs', 1))
    .option('--batch-size <n>', 'samples in one step', integerOption('--batch-size', 1))
    .option('--lr <rate>', 'peak learning rate', positiveOption('--lr'))
    .option('--embedding-dim <n>', 'width of the two embeddings', integerOption('--embedding-dim', 1))
    .option('--loss <name>', 'see training.loss in docs/reference.md')
    .option('--seed <n>', 'equal seeds give equal models', integerOption('--seed', 0))
    .option('--set <key=value>', 'change any other setting; may be repeated', collect)
    .option(...MAX_BAD_ROWS)
    .option(...DEVICE)
    .option('--output-dir <folder>', "where the model's folder is written", 'models')
    .option(
      '--model-name <name>',
      'name of that folder and of the MLflow run',
      nameOption('--model-name'),
      'two_tower_v1',
    )
    .option('--force', 'replace an existing model')
    .option('--no-track', 'log nothing to MLflow, and do not start it')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'train --epochs 50 --batch-size 256 --lr 0.001 --embedding-dim 128',
        'train --data interactions.csv --config my_config.json --model-name two_tower_v2',
        'train --data ds-0123456789abcdef --loss in_batch_softmax --no-track --json',
      ),
    )
    .action(async (flags: TrainFlags) => {
      const { trainModel } = await import('./train-model.ts');
      finish(
        await trainModel(runtime, {
          ...flags,
          set: overridesOf(flags),
          isForced: flags.force === true,
          isTracked: flags.track,
          isJson: flags.json === true,
        }),
      );
    });
};

const addEvaluate = (program: Command, { runtime, finish }: CommandContext<PlatformRuntime & ModelRuntime>): void => {
  program
    .command('evaluate')
    .description('Rank with a trained model and print its metrics beside the baselines.')
    .requiredOption('--model <ref>', MODEL_REFERENCE)
    .option('--data <what>', "a dataset version, or a file of interactions; default: the model's own dataset version")
    .option(...COLUMNS)
    .option(...EVALUATED_SPLIT)
    .option('--export-rankings <file>', 'write user, rank, item, score and relevance to a Parquet file')
    .option(...DEVICE)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'evaluate --model models/two_tower_v1',
        'evaluate --model models/two_tower_v1 --export-rankings rankings.parquet',
        'evaluate --model two-tower@champion --data ds-0123456789abcdef --split validation',
      ),
    )
    .action(async ({ json, ...flags }: EvaluateFlags) => {
      const { evaluateModel } = await import('./evaluate-model.ts');
      finish(await evaluateModel(runtime, { ...flags, isJson: json === true }));
    });
};

export const addModel = (program: Command, context: CommandContext<PlatformRuntime & ModelRuntime>): void => {
  addTrain(program, context);
  addEvaluate(program, context);
};
